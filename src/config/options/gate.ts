/** What must hold, and what happens when it cannot be known. */
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
        'least share of requests that must succeed, from 0 to 1 or as "99.5 %"; 0: failures are not judged; not for levels of a sweep',
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
