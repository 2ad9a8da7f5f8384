/** What a perf test leaves beside its verdict: a picture of its tables for Vitest's UI, figures for JUnit. */
import type { TestContext } from 'vitest'
import { cardOf, FIGURE_PREFIX, type PerfRecord } from '../doors/index.ts'

/**
 * Vitest's UI and its HTML report show annotations with their pictures, and of artifacts only their own kinds; so the
 * tables are an annotation as well. Vitest takes no more annotations from a test that it has cancelled.
 */
export async function annotate({ annotate: add, signal }: TestContext, record: PerfRecord): Promise<void> {
  if (signal.aborted) return
  const { headline, svg } = cardOf(record)
  const name = `${FIGURE_PREFIX}${record.level === undefined ? '' : `${record.level}.`}summary`
  await add(headline, name, { contentType: 'image/svg+xml', body: svg, bodyEncoding: 'utf-8' })
  for (const { name: figure, value } of record.figures) await add(value, figure)
}
