/** One line of the bench's table, and what it is given to work with. */
import { type Core, type Cores, median } from '../measure/index.ts'
import { buildTarget, startTarget, type Target, type TargetOptions, type TargetReport } from '../target/index.ts'

export type RowVerdict = 'met' | 'missed' | 'skipped' | 'failed'

export interface RowResult {
  /** The figure that is compared with the row's target. */
  value: string
  verdict: RowVerdict
  /** What is behind the figure, for a reader who doubts it. */
  detail: string
}

export interface Context {
  /** Smaller runs, for a table in under two minutes; its figures are rougher. */
  quick: boolean
  cores: Cores
}

export interface Row {
  name: string
  /** What must hold, as text. */
  target: string
  run(context: Context): Promise<RowResult>
}

export function met(holds: boolean): RowVerdict {
  return holds ? 'met' : 'missed'
}

/** Thrown where something is not installed without which a row has no meaning; the row is then skipped. */
export class SkipRow extends Error {}

export interface RowTargetOptions extends TargetOptions {
  /** Only the native target will do: its stamps or its truth are needed. */
  native?: boolean
}

export interface Worked<T> {
  result: T
  report: TargetReport | undefined
  /** For the details: which server stood in for the native target, if one did. */
  server: string
}

/**
 * Starts a target on its core, hands it to `work` with the core for the client, and ends it.
 * @returns when the target is gone, so a truth file is complete
 * @throws SkipRow when the native target is needed and cannot be built
 */
export async function withTarget<T>(
  { native, ...options }: RowTargetOptions,
  context: Context,
  work: (target: Target, core: Core | undefined) => Promise<T>,
): Promise<Worked<T>> {
  const built = buildTarget()
  if (native && built.path === undefined) throw new SkipRow(built.reason)
  const target = await startTarget({ ...options, core: context.cores.target })
  let closed: Promise<TargetReport | undefined> | undefined
  try {
    const result = await work(target, context.cores.client)
    closed = target.close()
    const server =
      target.fallbackReason === undefined ? '' : `; embedded server as the target, because ${target.fallbackReason}`
    return { result, report: await closed, server }
  } finally {
    await (closed ?? target.close())
  }
}

/** Median with the range it lies in, for details. */
export function spread(values: readonly number[], digits = 0): string {
  const show = (value: number): string =>
    value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
  return values.length === 1
    ? show(values[0]!)
    : `${show(median(values))} (${show(Math.min(...values))}…${show(Math.max(...values))})`
}
