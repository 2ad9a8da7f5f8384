/** A record as the artifact that Vitest keeps of it. */
import type { TestAttachment } from 'vitest'
import type { PerfRecord } from '../doors/index.ts'
import { renderCapacityMarkdown, renderComparisonMarkdown, renderJson, renderMarkdown } from '../report/index.ts'
import { CAPACITY_ARTIFACT, COMPARISON_ARTIFACT, type PerfArtifact, RESULT_ARTIFACT } from './artifact.ts'

/** Attachments carry their text themselves: a blob report of another machine has no files to point to. */
export function artifactOf({ kind, result }: PerfRecord): PerfArtifact {
  if (kind === 'result')
    return { type: RESULT_ARTIFACT, result, attachments: [markdown(renderMarkdown(result)), json(renderJson(result))] }
  const attachments = [json(`${JSON.stringify(result, null, 2)}\n`)]
  if (kind === 'capacity')
    return {
      type: CAPACITY_ARTIFACT,
      capacity: result,
      attachments: [markdown(renderCapacityMarkdown(result)), ...attachments],
    }
  return {
    type: COMPARISON_ARTIFACT,
    result,
    attachments: [markdown(renderComparisonMarkdown(result)), ...attachments],
  }
}

function markdown(body: string): TestAttachment {
  return { contentType: 'text/markdown', body, bodyEncoding: 'utf-8' }
}

function json(body: string): TestAttachment {
  return { contentType: 'application/json', body, bodyEncoding: 'utf-8' }
}
