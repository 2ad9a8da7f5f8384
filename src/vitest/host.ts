/** A Vitest test as the place where load runs: figures become annotations, results become artifacts. */
import { expect, inject, type RunnerTestCase, recordArtifact, type TestContext } from 'vitest'
import { type Host, type PerfRecord, renderFinding } from '../doors/index.ts'
import { terminalStyle } from '../report/index.ts'
import { annotate } from './annotate.ts'
import type { PerfgateSettings } from './config.ts'
import { artifactOf } from './recording.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Of a perf test that ran. */
    perfgate?: { outputsDir: string }
  }
}

export function hostOf(context: TestContext): Host {
  return {
    name: context.task.fullTestName,
    signal: context.signal,
    outputsDir: settings()?.outputsDir,
    // Vitest shows it under the test's name.
    say: (text) => console.info(`perfgate: ${text}`),
    // The reporter's summary goes there too, also when nothing is measured.
    keeps: (folder) => {
      context.task.meta.perfgate = { outputsDir: folder }
    },
    assert: (count) => {
      if (count > 0) judged.add(context)
    },
    record: (record) => recordOn(context, record),
    skip: (reason) => context.skip(reason),
  }
}

/** Tests in which at least one condition was judged. */
const judged = new WeakSet<TestContext>()

/**
 * Called when the test's own function has ended: a judged threshold is what `expect.hasAssertions()` and
 * `requireAssertions` ask for. An exact number, as of `expect.assertions(2)`, stays that of the test's own function.
 */
export function countAssertions(context: TestContext): void {
  if (!judged.has(context)) return
  // Vitest looks at the test's own `expect` where the function used it, else at the global one.
  const { _local: isLocal } = context as TestContext & { readonly _local?: boolean }
  const own = isLocal ? context.expect : expect
  const { assertionCalls, expectedAssertionsNumber } = own.getState()
  if (assertionCalls === 0 && expectedAssertionsNumber == null) own.setState({ assertionCalls: 1 })
}

async function recordOn(context: TestContext, record: PerfRecord): Promise<void> {
  await recordArtifact(context.task as RunnerTestCase, artifactOf(record))
  await annotate(context, record)
  // Without the plugin there is no reporter to print the tables.
  if (settings() === undefined) console.log(renderFinding(record, terminalStyle(process.stdout)))
}

/** Undefined where the plugin is not in use. */
function settings(): PerfgateSettings | undefined {
  return inject('perfgate') as PerfgateSettings | undefined
}
