/** A Vitest test as the place where load runs: figures become annotations, results become artifacts. */
import { inject, type RunnerTestCase, recordArtifact, type TestContext } from 'vitest'
import { type Host, type PerfRecord, renderFinding } from '../doors/index.ts'
import { terminalStyle } from '../report/index.ts'
import { annotate } from './annotate.ts'
import type { PerfgateSettings } from './config.ts'
import { artifactOf } from './recording.ts'

export function hostOf(context: TestContext): Host {
  return {
    name: context.task.fullTestName,
    signal: context.signal,
    outputsDir: settings()?.outputsDir,
    // Vitest shows it under the test's name.
    say: (text) => console.info(`perfgate: ${text}`),
    record: (record) => recordOn(context, record),
    skip: (reason) => context.skip(reason),
  }
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
