/** The shape of one measured quantity. */
import { z } from 'zod'

/** One measured quantity over the succeeded requests: milliseconds for times, counts for tokens. */
export const distributionSchema = z.object({
  n: z.number(),
  mean: z.number(),
  stddev: z.number(),
  min: z.number(),
  max: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  p999: z.number(),
  /** False when the percentiles come from a histogram of three significant digits (more than 100,000 samples). */
  exact: z.boolean(),
})
