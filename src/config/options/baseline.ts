/** What a run is compared with, besides fixed limits: a stored result. */
import { z } from 'zod'
import { option } from '../option.ts'

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
    description: 'where baselines are kept',
  }),
  regressions: option(z.record(z.string(), z.string()).default({}), {
    group: 'Gate',
    kind: 'strings',
    value: 'expression',
    description: 'how much worse than the baseline a figure may be, for instance "p99(latency) 5 %"',
  }),
  unlikeBaseline: option(z.enum(['refuse', 'show', 'judge']).default('refuse'), {
    group: 'Gate',
    kind: 'string',
    value: 'policy',
    description: 'when the baseline was measured in another environment: refuse to run, show only, or judge',
  }),
}
