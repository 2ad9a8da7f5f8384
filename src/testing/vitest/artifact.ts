/** What was measured as a Vitest artifact: what the reporter prints, live and after `--merge-reports`. */
import type { TestArtifact, TestArtifactBase } from 'vitest'
import type { CapacityResult, ComparisonResult, Result } from '../../result/index.ts'
import type { Finding } from '../index.ts'

export const RESULT_ARTIFACT = 'perfgate:result'

/** Recorded on a perf test once per level of load; the attachments are the tables as Markdown and the result as JSON. */
export interface PerfResultArtifact extends TestArtifactBase {
  type: typeof RESULT_ARTIFACT
  result: Result
}

export const COMPARISON_ARTIFACT = 'perfgate:comparison'

/** Recorded on a comparison; the attachments are its tables as Markdown and its result as JSON. */
export interface PerfComparisonArtifact extends TestArtifactBase {
  type: typeof COMPARISON_ARTIFACT
  result: ComparisonResult
}

export const CAPACITY_ARTIFACT = 'perfgate:capacity'

/** Recorded on a capacity test: what its search found. */
export interface PerfCapacityArtifact extends TestArtifactBase {
  type: typeof CAPACITY_ARTIFACT
  capacity: CapacityResult
}

export type PerfArtifact = PerfResultArtifact | PerfComparisonArtifact | PerfCapacityArtifact

declare module 'vitest' {
  interface TestArtifactRegistry {
    'perfgate:capacity': PerfCapacityArtifact
    'perfgate:comparison': PerfComparisonArtifact
    'perfgate:result': PerfResultArtifact
  }
}

/** What was measured, from its artifact; undefined for an artifact of others. */
export function measuredIn(artifact: TestArtifact): Finding | undefined {
  if (artifact.type === RESULT_ARTIFACT) return { kind: 'result', result: artifact.result }
  if (artifact.type === COMPARISON_ARTIFACT) return { kind: 'comparison', result: artifact.result }
  if (artifact.type === CAPACITY_ARTIFACT) return { kind: 'capacity', result: artifact.capacity }
  return undefined
}
