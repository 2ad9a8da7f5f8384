/** What a perf test leaves beside its verdict: a picture of its tables for Vitest's UI, figures for JUnit. */
import type { TestContext } from 'vitest'
import { cardOf, type PerfRecord, summaryFigure } from '../doors/index.ts'

/**
 * Vitest's UI and its HTML report show annotations with their pictures, and of artifacts only their own kinds; so the
 * tables are an annotation as well. Vitest takes no more annotations from a test that it has cancelled.
 */
export async function annotate({ annotate: add, signal }: TestContext, record: PerfRecord): Promise<void> {
  if (signal.aborted) return
  const { name, value } = summaryFigure(record)
  await add(value, name, { contentType: 'image/svg+xml', body: cardOf(record).svg, bodyEncoding: 'utf-8' })
  // Some forty of them: waiting for each would take as long as a small load.
  await Promise.all(record.figures.map(({ name: figure, value: shown }) => add(shown, figure)))
}
