/** Scenarios out of other tools' files and command lines; adding a tool is one file and one line here. */
import { artillery } from './artillery.ts'
import { evalscope } from './evalscope.ts'
import { guidellm } from './guidellm.ts'
import type { Importer } from './importer.ts'
import { inferencePerf } from './inferencePerf.ts'
import { k6 } from './k6.ts'
import { vllm } from './vllm.ts'

export { ARTILLERY_METRICS } from './artillery.ts'
export type { Draft, Importer, ImportInput, KeyRule } from './importer.ts'
export { K6_METRICS } from './k6.ts'
export { TARGETS, type Target, written } from './output.ts'

export const IMPORTERS: readonly Importer[] = [vllm, guidellm, inferencePerf, artillery, k6, evalscope]
