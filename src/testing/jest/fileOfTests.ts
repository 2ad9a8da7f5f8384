/** The perf tests of one test file: collected through Jest's own functions, run outside of its vm context. */
import { createRequire } from 'node:module'
import { LONGEST_DELAY_MS } from '../../config/timers.ts'
import type { MetricsView } from '../../metrics/index.ts'
import type { Result } from '../../result/index.ts'
import {
  type CollectedTest,
  type Host,
  LoadError,
  type OwnOf,
  type PerfRecord,
  PLAIN_LINKS,
  perfTestOf,
  projectDefaults,
  rememberMetrics,
  sayProgress,
  toMeetThresholds,
} from '../index.ts'
import type { Door, JestContext, PerfTest } from './door.cts'
import {
  type JestDescribe,
  type JestEvent,
  type JestGlobals,
  type JestState,
  type JestTest,
  rowsOfJest,
} from './internals.ts'
import { stoppedWithProcess } from './interrupts.ts'
import type { Kept } from './records.ts'

export interface FileSettings {
  /** Of the project: its config file is looked for from here upward. */
  rootDir: string
  outputsDir: string | undefined
  /** After so many failed tests of this file the others are skipped; 0: never. */
  bail: number
  /** No reporter of ours will show what is measured. */
  isUnreported: boolean
  /** Prints and writes a record. */
  show(name: string, record: PerfRecord): Promise<void>
  /** Makes a copy of plain JSON in the realm of the test file, so that its `toStrictEqual` knows the prototypes. */
  inRealm<T>(value: T): T
}

export interface FileOfTests {
  door(globals: JestGlobals): Door
  onEvent(event: JestEvent, state: JestState): void
  /** Of each test of the file, in Jest's order; complete when the file has run. */
  records(): (Kept | undefined)[]
  /** Stops what still runs. */
  close(): void
}

const requireHere = createRequire(import.meta.url)

class Skipped extends Error {}

export function fileOfTests(settings: FileSettings): FileOfTests {
  const closing = new AbortController()
  const kept = new Map<JestTest, Kept>()
  let running: JestTest | undefined
  let failures = 0
  let order: JestTest[] = []
  let entry: CollectedTest<JestContext>['entry'] | undefined

  async function runOnce(
    run: NonNullable<CollectedTest<JestContext>['run']>,
    expect: JestGlobals['expect'],
  ): Promise<void> {
    const test = running!
    const own: Kept = { records: [] }
    kept.set(test, own)
    let judged = 0
    const stopped = stoppedWithProcess(say)
    const signal = AbortSignal.any([closing.signal, stopped.signal])
    const name = fullName(test)
    const host: Host = {
      name,
      signal,
      outputsDir: settings.outputsDir,
      say,
      progress: sayProgress((line) => say(`${name}: ${line}`)),
      keeps: (folder) => {
        own.outputsDir = folder
      },
      assert: (count) => {
        judged += count
      },
      record: async (record) => {
        own.records.push(record)
        // An interrupted process has no reporter any more.
        if (settings.isUnreported || stopped.signal.aborted) await settings.show(name, record)
      },
      skip: (reason) => {
        say(`${name}: skipped: ${reason}`)
        throw new Skipped(reason)
      },
    }
    try {
      if (settings.bail > 0 && failures >= settings.bail) host.skip(`--bail, after ${failures} failed`)
      await run(host, contextOf(name, signal))
    } catch (error) {
      if (!(error instanceof Skipped)) throw error
      own.skipped = error.message
    } finally {
      // Also when it failed: `test.failing` is green only where nothing else is wrong.
      if (judged > 0) countAssertion(expect)
      stopped.close()
    }
  }

  function contextOf(name: string, signal: AbortSignal): OwnOf<JestContext> {
    return (found) => {
      const { metrics, ...results } = found as { metrics?: MetricsView; result?: Result }
      const context = { name, signal, ...settings.inRealm(results), ...(metrics === undefined ? {} : { metrics }) }
      if (metrics !== undefined && context.result !== undefined) rememberMetrics(context.result, metrics)
      return context
    }
  }

  function collect({ test, expect }: JestGlobals, collected: CollectedTest<JestContext>): void {
    const { title, modes, run } = collected
    entry = collected.entry
    try {
      if (modes.has('todo')) test.todo(title)
      else if (run === undefined) test.skip(title, async () => {})
      else {
        // A broken gate is not measured again by `jest.retryTimes`: it breaks as it did.
        let first: Promise<void> | undefined
        const once = (): Promise<void> => {
          first ??= runOnce(run, expect)
          return first
        }
        const chosen = modes.has('only') ? test.only : test
        const call = modes.has('fails') ? chosen.failing : chosen
        // A load has its own `timeoutMs`.
        call(title, once, LONGEST_DELAY_MS)
      }
    } finally {
      entry = undefined
    }
  }

  return {
    door: (globals) => {
      globals.expect.extend({ toMeetThresholds })
      return {
        perfTest: perfTestOf<PerfTest, JestContext>({
          links: PLAIN_LINKS,
          defaults: projectDefaults(settings.rootDir, settings.outputsDir, say),
          collect: (collected) => collect(globals, collected),
          rows: rowsOfJest,
        }),
        LoadError,
        outside: (module) => requireHere(module === 'perfgate' ? '../../index.js' : '../../../fixtures/index.js'),
      }
    },
    onEvent: (event, state) => {
      // Editors are told the line of a test: that of the test file, not one in here.
      if (event.name === 'add_test' && entry !== undefined) Error.captureStackTrace(event.asyncError, entry)
      if (event.name === 'test_fn_start') running = event.test
      if (event.name === 'test_done') {
        if (event.test.errors.length > 0) failures++
        else if (kept.get(event.test)?.skipped !== undefined) event.test.status = 'skip'
      }
      if (event.name === 'run_finish') order = testsIn(state.rootDescribeBlock)
    },
    records: () => order.map((test) => kept.get(test)),
    close: () => closing.abort(new Error('the test file has ended')),
  }
}

/** Jest shows stdout and stderr of ours as they are; its report goes to stderr, and stdout may be read by a program. */
function say(text: string): void {
  process.stderr.write(`perfgate: ${text}\n`)
}

/** For `expect.hasAssertions()`. An exact number, as of `expect.assertions(2)`, stays that of the test's own function. */
function countAssertion(expect: JestGlobals['expect']): void {
  const { assertionCalls, expectedAssertionsNumber } = expect.getState()
  if (assertionCalls === 0 && expectedAssertionsNumber == null) expect.setState({ assertionCalls: 1 })
}

function fullName(test: JestTest): string {
  const names = [test.name]
  for (let block = test.parent; block.parent !== undefined; block = block.parent) names.unshift(block.name)
  return names.join(' > ')
}

function testsIn(block: JestDescribe): JestTest[] {
  return block.children.flatMap((child) => (child.type === 'test' ? child : testsIn(child)))
}
