/** HdrHistogram's two text formats: `.hlog`, a histogram for each second, and `.hgrm`, one percentile distribution. */
import { build, type Histogram, HistogramLogWriter } from 'hdr-histogram-js'
import { ConfigError, suggestion } from '../../config/index.ts'
import type { ReportRun } from '../reportRun.ts'
import type { ExportFormat } from './format.ts'
import { ROW_METRICS, succeeded } from './metricNames.ts'

/** Recorded in nanoseconds, as the tools that read logs take for granted; shown in milliseconds. */
const NANOSECONDS = 1e6
const TICKS_PER_HALF = 5
/** Written into one log, each with its tag. */
const LOGGED = ['latency', 'ttft', 'tpot']

export const hlog: ExportFormat = {
  name: 'hlog',
  description: 'HdrHistogram log: latency, TTFT and TPOT of each second',
  joins: false,
  needsRequests: true,
  write: ([run]) => [{ ending: '.hlog', content: logOf(run!) }],
}

export const hgrm: ExportFormat = {
  name: 'hgrm',
  description: 'HdrHistogram percentile distribution of one metric (--metric), milliseconds',
  joins: false,
  needsRequests: true,
  write: ([run], { metric }) => [{ ending: `.${metric}.hgrm`, content: distributionOf(run!, metric) }],
}

function logOf({ result, requests }: ReportRun): string {
  const lines: string[] = []
  const writer = new HistogramLogWriter((text) => lines.push(text))
  const began = Date.parse(result.startedAt)
  writer.outputComment(`[perfgate ${result.environment.perfgate}: ${result.name.replace(/\s+/g, ' ')}]`)
  writer.outputLogFormatVersion()
  writer.outputStartTime(began)
  writer.outputLegend()
  // Rows come as they finished, but only about: threads hand them over in batches.
  const seconds = new Map<number, Map<string, Histogram>>()
  for (const row of succeeded(requests!({ withoutTexts: true }))) {
    const second = Math.floor(Number(row.completed_time) - began / 1000)
    let tagged = seconds.get(second)
    if (tagged === undefined) {
      tagged = new Map()
      seconds.set(second, tagged)
    }
    for (const metric of LOGGED) {
      const value = ROW_METRICS[metric]!(row)
      if (value === null) continue
      let histogram = tagged.get(metric)
      if (histogram === undefined) {
        histogram = newHistogram()
        histogram.tag = metric
        tagged.set(metric, histogram)
      }
      histogram.recordValue(Math.round(value * NANOSECONDS))
    }
  }
  // The third column is the length of the interval, which the writer takes from its two ends.
  for (const second of [...seconds.keys()].sort((a, b) => a - b))
    for (const histogram of seconds.get(second)!.values())
      writer.outputIntervalHistogram(histogram, second, second + 1, NANOSECONDS)
  return lines.join('')
}

function distributionOf({ requests }: ReportRun, metric: string): string {
  const read = Object.hasOwn(ROW_METRICS, metric) ? ROW_METRICS[metric]! : undefined
  if (read === undefined)
    throw new ConfigError(`option --metric: unknown metric "${metric}"${suggestion(metric, Object.keys(ROW_METRICS))}`)
  const histogram = newHistogram()
  for (const row of succeeded(requests!({ withoutTexts: true }))) {
    const value = read(row)
    if (value !== null) histogram.recordValue(Math.round(value * NANOSECONDS))
  }
  if (histogram.totalCount === 0) throw new ConfigError(`option --metric: no request of this run has a "${metric}"`)
  return histogram.outputPercentileDistribution(TICKS_PER_HALF, NANOSECONDS)
}

function newHistogram(): Histogram {
  return build({
    bitBucketSize: 64,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 ** 42,
    numberOfSignificantValueDigits: 3,
  })
}
