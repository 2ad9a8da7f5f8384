/** The search for the most load that still meets a service level, with EvalScope's names. */
import { z } from 'zod'
import { count, option } from '../option.ts'

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
    description: 'runs at each level, whose figures are averaged',
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
