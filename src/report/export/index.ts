/** The formats of `perfgate export`: one file per format, one line here. */
import { ctrf } from './ctrf.ts'
import { evalscope } from './evalscope.ts'
import type { ExportFormat } from './format.ts'
import { gitlab, openMetrics } from './openMetrics.ts'
import { otlp } from './otlp/index.ts'
import { csv, parquet } from './rows.ts'
import { shifts, summary } from './summary.ts'
import { visualizerFormats } from './visualizers.ts'

export { type ExportedFile, type ExportFormat, type ExportOptions, pieces, writeExported } from './format.ts'
export { type OtlpTarget, sendOtlp } from './otlp/index.ts'
export { type Visualizer, visualizerAdvice } from './visualizers.ts'

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  csv,
  parquet,
  openMetrics,
  gitlab,
  otlp,
  ctrf,
  summary,
  shifts,
  evalscope,
  ...visualizerFormats,
]
