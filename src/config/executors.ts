/** What is known of each executor without running it. Its loop is in load/executors.ts, under the same name. */

/** What a level must have for an executor to run it. `end`: a number of requests or a duration. */
export type ExecutorNeed = 'end' | 'duration' | 'rate' | 'stages' | 'timestamps'

export interface ExecutorFacts {
  /** One line for help and docs. */
  description: string
  /** `closed` keeps requests in flight, `open` starts them when due, `conversations` holds conversations. */
  kind: 'closed' | 'open' | 'conversations'
  needs: readonly ExecutorNeed[]
  /** Its schedule has an end of its own, so that it cannot go on for more requests. */
  endsItself: boolean
  /** Any stretch of it is like any other, so that a comparison may divide it into blocks. */
  divisible: boolean
  /** The load is a recording's rather than the scenario's choice. */
  replays: boolean
}

const STEADY = { endsItself: false, divisible: true, replays: false }
const SHAPED = { endsItself: true, divisible: false, replays: false }

/** In the order of the help. */
export const EXECUTORS = {
  'shared-iterations': {
    ...STEADY,
    description: '`number` requests over `parallel` connections, each sending again as soon as it is free',
    kind: 'closed',
    needs: ['end'],
  },
  'constant-concurrency': {
    ...STEADY,
    description: '`parallel` requests in flight for `duration` seconds',
    kind: 'closed',
    needs: ['duration'],
    divisible: false,
  },
  'constant-arrival-rate': {
    ...STEADY,
    description: 'one request every 1/`rate` seconds',
    kind: 'open',
    needs: ['rate', 'end'],
  },
  poisson: {
    ...STEADY,
    description: 'independent arrivals: exponential gaps with mean 1/`rate`',
    kind: 'open',
    needs: ['rate', 'end'],
  },
  gamma: {
    ...STEADY,
    description: 'gaps from a gamma distribution of shape `burstiness` and mean 1/`rate`; 1 is Poisson',
    kind: 'open',
    needs: ['rate', 'end'],
  },
  'ramping-concurrency': {
    ...SHAPED,
    description: 'requests in flight follow `stages`, from `parallel` at the start',
    kind: 'closed',
    needs: ['stages'],
  },
  'ramping-rate': {
    ...SHAPED,
    description: 'arrivals per second follow `stages`, from `rate` (or 0) at the start',
    kind: 'open',
    needs: ['stages'],
  },
  trace: {
    ...SHAPED,
    description: 'arrivals at the given `timestamps`, milliseconds from the start',
    kind: 'open',
    needs: ['timestamps'],
    replays: true,
  },
  conversations: {
    ...STEADY,
    description: '`number` conversations, `parallel` of them at once, each turn `thinkTime` after the answer before it',
    kind: 'conversations',
    needs: ['end'],
  },
} as const satisfies Record<string, ExecutorFacts>

export type ExecutorName = keyof typeof EXECUTORS

export const EXECUTOR_NAMES = Object.keys(EXECUTORS) as ExecutorName[]

/** What runs where a scenario asks for nothing else. */
export const DEFAULT_EXECUTOR: ExecutorName = 'shared-iterations'

/** @param name as a result's options have it; undefined where that names no executor */
export function executorFacts(name: unknown): ExecutorFacts | undefined {
  return typeof name === 'string' && Object.hasOwn(EXECUTORS, name) ? EXECUTORS[name as ExecutorName] : undefined
}

/** What the choice of an executor hangs on. */
interface Asked {
  executor?: ExecutorName | undefined
  multiTurn: boolean
  timestamps?: unknown
  stages?: unknown
  openLoop: boolean
  burstiness: number
}

/** The executor that a scenario names, or the one that its other options ask for. @param rate requests/s; 0 or less: not paced */
export function chooseExecutor(asked: Asked, rate: number): ExecutorName {
  if (asked.executor !== undefined) return asked.executor
  if (asked.multiTurn) return 'conversations'
  if (asked.timestamps !== undefined) return 'trace'
  if (asked.stages !== undefined) return asked.openLoop || rate > 0 ? 'ramping-rate' : 'ramping-concurrency'
  if (rate <= 0) return DEFAULT_EXECUTOR
  return asked.burstiness === 1 ? 'poisson' : 'gamma'
}
