/** The server's own figures of a run, beside the client's. */
import { z } from 'zod'

const optionalNumber = z.number().nullable()

const bucket = z
  .object({ aboveMs: z.number(), toMs: optionalNumber.describe('null: above the largest bound of the histogram') })
  .nullable()
  .describe('the bucket of the histogram that holds the quantile')

export const serverTimesSchema = z.object({
  n: z.number(),
  meanMs: z.number().describe('sum / count: exact, whatever the buckets'),
  p50: bucket,
  p90: bucket,
  p99: bucket,
})

const gauge = z.object({ n: z.number().describe('scrapes'), mean: z.number(), max: z.number() })
const series = z.array(optionalNumber)

export const comparisonSchema = z.object({
  metric: z.string(),
  unit: z.string(),
  client: z.number(),
  server: z.number(),
  difference: z.number().describe('client − server'),
  meaning: z.string().describe('what the difference consists of'),
})

/** One GPU, as its exporter saw it. */
const machineViewSchema = z.object({
  name: z.string().describe('host, number and model'),
  readings: z
    .object({ utilization: gauge, memoryBytes: gauge, powerWatts: gauge, clockMHz: gauge, temperatureC: gauge })
    .partial()
    .describe('as scraped while the run went on; utilization is a share'),
  energyJoules: optionalNumber.describe('from the scrape before the measured phase to the one after it'),
  energyFrom: z
    .enum(['counter', 'power'])
    .nullable()
    .describe("counter: the GPU's own; power: that of each scrape, as the mean of both ends of each interval"),
})

const energyUseSchema = z.object({
  joules: optionalNumber.describe('of all GPUs; null where that of one of them is not known'),
  seconds: z.number().describe('from the first scrape to the last'),
})

export const serverViewSchema = z.object({
  url: z.string(),
  engine: z.string().nullable().describe('null when no scrape succeeded'),
  intervalSeconds: z.number(),
  scrapes: z.number().describe('that succeeded'),
  failures: z.array(z.object({ message: z.string(), count: z.number() })),
  gauges: z
    .object({ running: gauge, waiting: gauge, kvCacheShare: gauge })
    .partial()
    .describe('as scraped while the run went on'),
  counters: z
    .object({
      promptTokens: z.number(),
      outputTokens: z.number(),
      cacheQueries: z.number(),
      cacheHits: z.number(),
      preemptions: z.number(),
    })
    .partial()
    .describe('growth from before the measured phase to after it'),
  times: z
    .object({
      ttft: serverTimesSchema,
      queue: serverTimesSchema,
      latency: serverTimesSchema,
      itl: serverTimesSchema,
    })
    .partial()
    .describe('of the measured phase alone'),
  series: z.object({
    atSeconds: z.array(z.number()).describe('from the start of the measured phase'),
    running: series.optional(),
    waiting: series.optional(),
    kvCacheShare: series.optional(),
  }),
  comparison: z.array(comparisonSchema),
  machines: z.array(machineViewSchema).optional().describe('GPUs, where metricsUrl names an exporter of theirs'),
  energy: energyUseSchema.optional(),
})

export type MachineView = z.infer<typeof machineViewSchema>
export type EnergyUse = z.infer<typeof energyUseSchema>
export type ServerTimes = z.infer<typeof serverTimesSchema>
export type ServerComparison = z.infer<typeof comparisonSchema>
export type ServerView = z.infer<typeof serverViewSchema>
