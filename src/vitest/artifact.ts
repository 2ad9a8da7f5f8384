/** The result of one load as a Vitest artifact: what the reporter prints, live and after `--merge-reports`. */
import type { TestArtifactBase } from 'vitest'
import { renderJson, renderMarkdown } from '../report/index.ts'
import type { CapacityResult, Result } from '../result/index.ts'

export const RESULT_ARTIFACT = 'perfgate:result'

/** Recorded on a perf test once per level of load; the attachments are the tables as Markdown and the result as JSON. */
export interface PerfResultArtifact extends TestArtifactBase {
  type: typeof RESULT_ARTIFACT
  result: Result
}

export const CAPACITY_ARTIFACT = 'perfgate:capacity'

/** Recorded on a capacity test: what its search found. */
export interface PerfCapacityArtifact extends TestArtifactBase {
  type: typeof CAPACITY_ARTIFACT
  capacity: CapacityResult
}

declare module 'vitest' {
  interface TestArtifactRegistry {
    'perfgate:capacity': PerfCapacityArtifact
    'perfgate:result': PerfResultArtifact
  }
}

/** Attachments carry their text themselves: a blob report of another machine has no files to point to. */
export function resultArtifact(result: Result): PerfResultArtifact {
  return {
    type: RESULT_ARTIFACT,
    result,
    attachments: [
      { contentType: 'text/markdown', body: renderMarkdown(result), bodyEncoding: 'utf-8' },
      { contentType: 'application/json', body: renderJson(result), bodyEncoding: 'utf-8' },
    ],
  }
}

export function capacityArtifact(capacity: CapacityResult): PerfCapacityArtifact {
  return {
    type: CAPACITY_ARTIFACT,
    capacity,
    attachments: [
      { contentType: 'application/json', body: `${JSON.stringify(capacity, null, 2)}\n`, bodyEncoding: 'utf-8' },
    ],
  }
}
