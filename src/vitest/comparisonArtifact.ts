/** The result of a comparison as a Vitest artifact: what the reporter prints, live and after `--merge-reports`. */
import type { TestArtifactBase } from 'vitest'
import { renderComparisonMarkdown } from '../report/index.ts'
import type { ComparisonResult } from '../result/index.ts'

export const COMPARISON_ARTIFACT = 'perfgate:comparison'

/** Recorded on a comparison; the attachments are its tables as Markdown and its result as JSON. */
export interface PerfComparisonArtifact extends TestArtifactBase {
  type: typeof COMPARISON_ARTIFACT
  result: ComparisonResult
}

declare module 'vitest' {
  interface TestArtifactRegistry {
    'perfgate:comparison': PerfComparisonArtifact
  }
}

/** Attachments carry their text themselves: a blob report of another machine has no files to point to. */
export function comparisonArtifact(result: ComparisonResult): PerfComparisonArtifact {
  return {
    type: COMPARISON_ARTIFACT,
    result,
    attachments: [
      { contentType: 'text/markdown', body: renderComparisonMarkdown(result), bodyEncoding: 'utf-8' },
      { contentType: 'application/json', body: `${JSON.stringify(result, null, 2)}\n`, bodyEncoding: 'utf-8' },
    ],
  }
}
