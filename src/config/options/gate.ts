/** What must hold, and what happens when it cannot be known. */
import { z } from 'zod'
import { option } from '../option.ts'

export const gateOptions = {
  thresholds: option(z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])).default({}), {
    group: 'Gate',
    kind: 'strings',
    value: 'expression',
    description: 'what must hold, for instance "p99(latency) <= 1.5 s"',
  }),
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
}
