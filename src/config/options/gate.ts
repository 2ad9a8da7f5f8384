/** Options of what is judged: thresholds, baselines, and the search for a capacity. */
import { z } from 'zod'
import { count, option, seconds } from '../option.ts'

const condition = z.union([
  z.string(),
  z.strictObject({
    threshold: z.string(),
    /** Stop the load as soon as it is broken. */
    abortOnFail: z.boolean().optional(),
    /** Not before this time from the start of the measured phase, for instance `10 s`. */
    delayAbortEval: z.string().optional(),
  }),
])

/** Not empty where it is written; absent in a run without gates. */
const thresholds = z.record(z.string(), z.union([condition, z.array(condition).min(1)])).meta({ minProperties: 1 })

export const gateOptions = {
  thresholds: option(thresholds.default({}), {
    group: 'Gate',
    kind: 'strings',
    value: 'expression',
    description: 'what must hold, for instance "p99(latency) <= 1.5 s", or "errorRate < 5 % abort after 10 s"',
  }),
  minSuccessRate: option(
    z
      .union([
        z.number().min(0).max(1),
        z
          .string()
          .regex(
            /^\s*(?:(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)\s*%|0(?:\.\d+)?|1(?:\.0+)?)\s*$/,
            'expected a share from 0 to 1, or a percentage as "99.5 %"',
          ),
      ])
      .optional(),
    {
      group: 'Gate',
      kind: 'string',
      value: 'share',
      description:
        'least share of requests that must succeed, from 0 to 1 or as "99.5 %"; 0: failures are not judged; levels of a sweep have no default',
      defaultText: '99 %, where there are gates and none speaks of failures',
    },
  ),
  objectives: option(z.record(z.string(), z.string()).default({}), {
    group: 'Gate',
    kind: 'strings',
    value: 'expression',
    description: 'what each request must meet to count as goodput, for instance "ttft <= 200 ms"',
  }),
  onInvalid: option(z.enum(['fail', 'skip', 'warn']).default('fail'), {
    group: 'Gate',
    kind: 'string',
    value: 'policy',
    description: 'when the client was the bottleneck: fail, skip or warn',
  }),
  confidence: option(z.number().gt(0.5, 'must be above 0.5').lt(1, 'must be below 1').optional(), {
    group: 'Gate',
    kind: 'number',
    value: 'share',
    description: 'judge by confidence intervals, for instance 0.95: fail and pass only what is certain to that degree',
    defaultText: 'the figures themselves decide',
  }),
  maxNumber: option(count.optional(), {
    group: 'Gate',
    kind: 'number',
    value: 'n',
    description: 'with confidence: while a threshold is undecided, send more requests, up to this many in all',
  }),
  maxDuration: option(seconds.optional(), {
    group: 'Gate',
    kind: 'number',
    value: 'seconds',
    description: 'with confidence: while a threshold is undecided, go on sending, until this long after the start',
  }),
}

export const baselineOptions = {
  baseline: option(z.string().min(1).optional(), {
    group: 'Gate',
    kind: 'string',
    value: 'name|file',
    description: 'stored result to compare with: a name in baselineDir, or the path of a result JSON',
  }),
  baselineDir: option(z.string().min(1).default('./baselines'), {
    group: 'Gate',
    kind: 'string',
    value: 'folder',
    description: 'folder of the baselines',
  }),
  regressions: option(z.record(z.string(), z.string()).default({}), {
    group: 'Gate',
    kind: 'strings',
    value: 'expression',
    description: 'how much worse than the baseline a metric may get, for instance "p99(latency) 5 %"',
  }),
  unlikeBaseline: option(z.enum(['refuse', 'show', 'judge']).default('refuse'), {
    group: 'Gate',
    kind: 'string',
    value: 'policy',
    description: 'when the baseline was measured in another environment: refuse to run, show only, or judge',
  }),
}

const criterion = z.record(z.string(), z.string())

export const slaOptions = {
  slaAutoTune: option(z.boolean().default(false), {
    group: 'Capacity',
    kind: 'switch',
    description: 'search for the most load that meets slaParams, instead of running one scenario',
  }),
  slaVariable: option(z.enum(['parallel', 'rate']).default('parallel'), {
    group: 'Capacity',
    kind: 'string',
    value: 'what',
    description: 'the load that is searched: parallel or rate; the search starts at its value',
  }),
  slaParams: option(z.union([z.array(criterion).min(1), criterion]).optional(), {
    group: 'Capacity',
    kind: 'json',
    value: 'json',
    description:
      'criteria, for instance [{"p99_latency":"<=2"}] or [{"tps":"max"}]: keys of one object hold together, objects are searched one by one; plain times are seconds',
  }),
  slaUpperBound: option(count.default(65_536), {
    group: 'Capacity',
    kind: 'number',
    value: 'n',
    description: 'the search goes no higher',
  }),
  slaLowerBound: option(count.default(1), {
    group: 'Capacity',
    kind: 'number',
    value: 'n',
    description: 'the search goes no lower',
  }),
  slaFixedParallel: option(count.optional(), {
    group: 'Capacity',
    kind: 'number',
    value: 'n',
    description: 'requests in flight at most while the rate is searched',
    defaultText: 'slaUpperBound',
  }),
  slaNumRuns: option(count.default(3), {
    group: 'Capacity',
    kind: 'number',
    value: 'n',
    description: 'runs at each level, whose values are averaged',
  }),
  slaNumberMultiplier: option(z.number().positive().default(2), {
    group: 'Capacity',
    kind: 'number',
    value: 'n',
    description: 'requests of one run, as a multiple of its level',
  }),
  slaGate: option(z.record(z.string(), z.string()).default({}), {
    group: 'Capacity',
    kind: 'strings',
    value: 'expression',
    description: 'what the search must find, for instance "maxParallel >= 32" or "maxRate >= 10"',
  }),
}
