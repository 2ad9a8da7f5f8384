/** Where prompts come from. */
import { z } from 'zod'
import { option } from '../option.ts'

export const dataOptions = {
  dataset: option(z.string().min(1).default('openqa'), {
    group: 'Data',
    kind: 'string',
    value: 'name',
    description: 'where prompts come from',
  }),
  datasetPath: option(z.string().min(1).optional(), {
    group: 'Data',
    kind: 'string',
    value: 'file',
    description: 'file of the dataset',
  }),
  datasetOffset: option(z.number().int().min(0).default(0), {
    group: 'Data',
    kind: 'number',
    value: 'n',
    description: 'skip this many prompts first',
  }),
  prompt: option(z.string().min(1).optional(), {
    group: 'Data',
    kind: 'string',
    value: 'text|@file',
    description: 'one prompt for every request; wins over dataset',
  }),
}
