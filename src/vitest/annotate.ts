/** What a perf test leaves beside its verdict: annotations for Vitest's UI, figures for JUnit. */
import type { TestContext } from 'vitest'
import { type PerfRecord, summaryFigure } from '../doors/index.ts'

/**
 * Vitest's UI and its HTML report show annotations, and of artifacts only their own kinds. Vitest takes no more
 * annotations from a test that it has cancelled.
 */
export async function annotate({ annotate: add, signal }: TestContext, record: PerfRecord): Promise<void> {
  if (signal.aborted) return
  const { name, value } = summaryFigure(record)
  await add(value, name)
  // Some forty of them: waiting for each would take as long as a small load.
  await Promise.all(record.figures.map(({ name: figure, value: shown }) => add(shown, figure)))
}
