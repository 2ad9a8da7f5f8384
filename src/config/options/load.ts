/** How much load arrives, and when. */
import { z } from 'zod'
import { DEFAULT_EXECUTOR, EXECUTOR_NAMES } from '../executors.ts'
import { count, option, seconds, share } from '../option.ts'

const levels = z.union([count, z.array(count).min(1)])
const rateValue = z
  .number()
  .refine((rate) => rate === -1 || rate > 0, 'must be -1 (unpaced) or a positive number of requests per second')
  // A refinement is lost on the way to JSON Schema.
  .meta({ anyOf: [{ const: -1 }, { exclusiveMinimum: 0 }] })

export const stage = z.strictObject({
  /** How long this stage lasts, seconds. */
  duration: seconds,
  /** Where it ends: requests in flight, or requests per second where the rate is ramped. */
  target: z.number().min(0),
})

export const loadOptions = {
  parallel: option(levels.default(1), {
    group: 'Load',
    kind: 'numbers',
    value: 'n',
    description: 'requests in flight at once; a list runs one level after another',
  }),
  number: option(levels.optional(), {
    group: 'Load',
    kind: 'numbers',
    value: 'n',
    description: 'requests to send; a list as long as that of parallel or rate',
    defaultText: '100, or no limit with duration or stages',
  }),
  rate: option(z.union([rateValue, z.array(rateValue).min(1)]).default(-1), {
    group: 'Load',
    kind: 'numbers',
    value: 'per-second',
    description: 'mean arrival rate, requests per second; -1: as fast as parallel allows',
  }),
  openLoop: option(z.boolean().default(false), {
    group: 'Load',
    kind: 'switch',
    description: 'start each request when it is due, however many are in flight; rate drives the sweep',
  }),
  executor: option(z.enum(EXECUTOR_NAMES).optional(), {
    group: 'Load',
    kind: 'string',
    value: 'name',
    description: `arrival pattern: ${EXECUTOR_NAMES.join(', ')}`,
    defaultText: `${DEFAULT_EXECUTOR}, or poisson with rate`,
  }),
  burstiness: option(z.number().positive().default(1), {
    group: 'Load',
    kind: 'number',
    value: 'shape',
    description: 'shape of gamma arrivals: 1 is Poisson, smaller is burstier, larger is steadier',
  }),
  stages: option(z.array(stage).min(1).optional(), {
    group: 'Load',
    kind: 'json',
    value: 'json',
    description: 'ramp, for instance [{"duration":30,"target":16}]',
  }),
  timestamps: option(z.array(z.number().min(0)).min(1).optional(), {
    group: 'Load',
    kind: 'numbers',
    value: 'ms',
    description: 'arrival times of a trace, milliseconds from the start',
  }),
  duration: option(seconds.optional(), {
    group: 'Load',
    kind: 'number',
    value: 'seconds',
    description: 'send nothing new after this; requests in flight finish',
  }),
  gracefulStop: option(z.number().min(0).default(30), {
    group: 'Load',
    kind: 'number',
    value: 'seconds',
    description: 'how long requests in flight may finish after an interruption',
  }),
  warmupNum: option(share.default(0), {
    group: 'Load',
    kind: 'number',
    value: 'n',
    description: 'warmup requests under the same load, not in the figures: a count, or a share of number when below 1',
  }),
  sleepInterval: option(z.number().min(0).default(5), {
    group: 'Load',
    kind: 'number',
    value: 'seconds',
    description: 'pause between the levels of a sweep',
  }),
  workers: option(z.union([z.literal('auto'), count.max(256)]).default('auto'), {
    group: 'Load',
    kind: 'string',
    value: 'n|auto',
    description: 'load threads',
  }),
  loadSeed: option(z.number().int().min(0).default(0), {
    group: 'Load',
    kind: 'number',
    value: 'n',
    description: 'seed of arrival times and of all sampling on our side',
  }),
  logEveryNQuery: option(z.number().int().min(0).default(0), {
    group: 'Load',
    kind: 'number',
    value: 'n',
    description: 'print a line every n requests; 0: every few seconds',
  }),
  stream: option(z.boolean().default(true), {
    group: 'Load',
    kind: 'switch',
    description: 'ask for a streamed answer',
  }),
  timeLimit: option(seconds.optional(), {
    group: 'Load',
    kind: 'number',
    value: 'seconds',
    description: 'longest time of the whole run, all levels together; then it is ended, and fails',
    defaultText: '3600, beyond the time that duration, stages, timestamps or startAt ask for',
  }),
  outliveParent: option(z.boolean().default(false), {
    group: 'Load',
    kind: 'switch',
    description: 'keep running after the parent process exits (default: stop)',
  }),
  loadShard: option(
    z
      .string()
      .regex(/^\d+\/\d+$/, 'must be i/n, for instance 1/4')
      .optional(),
    {
      group: 'Load',
      kind: 'string',
      value: 'i/n',
      description: 'send part i of n of this load; n processes, on as many machines, are joined by perfgate merge',
    },
  ),
  startAt: option(z.string().min(1).optional(), {
    group: 'Load',
    kind: 'string',
    value: 'time|+s',
    description: 'begin the measured phase at this time (2026-08-01T12:00:00Z), or so many seconds from now (+30)',
    defaultText: 'when ready',
  }),
}
