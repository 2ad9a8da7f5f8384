/** Prompts of several datasets, each as often as its weight says. */
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import { type Dataset, type DatasetOptions, type Item, isConversation } from './dataset.ts'
import { randomOf } from './madeUp.ts'

const args = z.strictObject({
  scenarios: z
    .array(
      z.strictObject({
        dataset: z.string().min(1),
        weight: z.number().positive().default(1),
        path: z.string().min(1).optional(),
        args: z.record(z.string(), z.unknown()).default({}),
        max_tokens: z.number().int().min(1).optional(),
      }),
    )
    .min(1),
})
type Scenario = z.output<typeof args>['scenarios'][number]

/** Index of the random numbers of the choice: beside those of prompts. */
const CHOICE_INDEX = 2 ** 31 + 3

export const mix: Dataset<z.output<typeof args>> = {
  name: 'mix',
  description:
    'prompts of the datasets in scenarios of --dataset-args, drawn by weight: {"scenarios": [{"dataset": "openqa", "weight": 3, "max_tokens": 64}, …]}',
  args,
  makesLengths: true,
  // Of some of its datasets.
  hasContents: true,
  async *read(options) {
    const { args, count, config } = options
    const total = args.scenarios.reduce((sum, { weight }) => sum + weight, 0)
    const draw = randomOf(config, CHOICE_INDEX)
    const sources = args.scenarios.map((scenario) => endless(scenario, options))
    try {
      for (let i = 0; i < count; i++) {
        const chosen = choose(args.scenarios, draw() * total)
        const { value } = await sources[chosen]!.next()
        const { max_tokens: maxTokens } = args.scenarios[chosen]!
        yield maxTokens === undefined ? value! : limited(value!, maxTokens)
      }
    } finally {
      await Promise.all(sources.map((source) => source.return(undefined)))
    }
  },
}

function limited(item: Item, maxTokens: number): Item {
  if (!isConversation(item)) return { ...item, maxTokens }
  return { turns: item.turns.map((turn) => ({ ...turn, maxTokens })) }
}

function choose(scenarios: readonly Scenario[], at: number): number {
  let sum = 0
  const found = scenarios.findIndex(({ weight }) => {
    sum += weight
    return at < sum
  })
  return found === -1 ? scenarios.length - 1 : found
}

/** The prompts of a dataset, from its beginning again after its end. */
async function* endless(
  { dataset, path, args }: Scenario,
  { open }: DatasetOptions,
): AsyncGenerator<Item, undefined, undefined> {
  if (dataset === 'mix')
    throw new ConfigError('option "datasetArgs": dataset mix: a mix cannot be part of a mix', 'datasetArgs')
  for (;;) {
    let isEmpty = true
    for await (const prompt of open(dataset, path, args)) {
      isEmpty = false
      yield prompt
    }
    if (isEmpty)
      throw new ConfigError(
        `option "datasetArgs": dataset mix: ${dataset}${path === undefined ? '' : ` of "${path}"`} holds no prompts`,
        'datasetArgs',
      )
  }
}
