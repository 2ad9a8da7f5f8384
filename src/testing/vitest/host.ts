/** A Vitest test as the place where load runs: figures become annotations, results become artifacts. */
import { expect, inject, type RunnerTestCase, recordArtifact, type TestAttachment, type TestContext } from 'vitest'
import type { Layer } from '../../config/files/index.ts'
import { renderJson, renderMarkdown, terminalStyle } from '../../report/index.ts'
import { rememberSecrets } from '../../secrets/index.ts'
import { documentOf, type Host, type PerfRecord, renderFinding, summaryFigure } from '../index.ts'
import { CAPACITY_ARTIFACT, COMPARISON_ARTIFACT, type PerfArtifact, RESULT_ARTIFACT } from './artifact.ts'
import type { PerfgateSettings } from './config.ts'
import { countedExpect } from './internals.ts'
import { writeProgress } from './live.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Of a perf test; where its results go is known when it runs. */
    perfgate?: { outputsDir?: string }
  }
}

export function hostOf(context: TestContext): Host {
  const liveFile = settings()?.liveFile
  return {
    name: context.task.fullTestName,
    signal: context.signal,
    outputsDir: settings()?.outputsDir,
    ...(liveFile === undefined ? {} : { progress: writeProgress(liveFile, context.task.fullTestName) }),
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
  const own = countedExpect(context, expect)
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

/** The config file's options. The plugin reads the file and hands them to tests; without the plugin there are none. */
export function defaults(): Layer | undefined {
  const given = settings()?.defaults
  if (given === undefined) return undefined
  const { values, places, secrets } = given
  rememberSecrets(secrets)
  return { values, place: ([name]) => places[String(name)] ?? '', secrets }
}

/**
 * Vitest's UI and its HTML report show annotations, and of artifacts only their own kinds. Vitest takes no more
 * annotations from a test that it has cancelled.
 */
async function annotate({ annotate: add, signal }: TestContext, record: PerfRecord): Promise<void> {
  if (signal.aborted) return
  const { name, value } = summaryFigure(record)
  await add(value, name)
  // Some forty of them: waiting for each would take as long as a small load.
  await Promise.all(record.figures.map(({ name: figure, value: shown }) => add(shown, figure)))
}

/** Attachments carry their text themselves: a blob report of another machine has no files to point to. */
function artifactOf(record: PerfRecord): PerfArtifact {
  const { kind, result } = record
  const tables = markdown(renderMarkdown(documentOf(record)))
  if (kind === 'result') return { type: RESULT_ARTIFACT, result, attachments: [tables, json(renderJson(result))] }
  const attachments = [tables, json(`${JSON.stringify(result, null, 2)}\n`)]
  return kind === 'capacity'
    ? { type: CAPACITY_ARTIFACT, capacity: result, attachments }
    : { type: COMPARISON_ARTIFACT, result, attachments }
}

function markdown(body: string): TestAttachment {
  return { contentType: 'text/markdown', body, bodyEncoding: 'utf-8' }
}

function json(body: string): TestAttachment {
  return { contentType: 'application/json', body, bodyEncoding: 'utf-8' }
}
