/** Prompts of random words whose lengths follow a distribution, in groups that share a beginning. */
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import { normal, type Random } from '../random/index.ts'
import type { Dataset } from './dataset.ts'
import { madeUp, openMaker, randomOf, templateTokens } from './madeUp.ts'
import { readRowsOrLines } from './rows.ts'

const tokens = z.number().min(0)
const bounds = { min: tokens.optional(), max: tokens.optional() }

const lengthDistribution = z.union([
  z.number().int().min(0),
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant'), value: z.number().int().min(0) }),
    z.strictObject({ kind: z.literal('uniform'), min: tokens, max: tokens }),
    z.strictObject({ kind: z.literal('normal'), mean: tokens, stddev: tokens, ...bounds }),
    z.strictObject({ kind: z.literal('lognormal'), median: tokens, sigma: tokens, ...bounds }),
    z.strictObject({
      kind: z.literal('empirical'),
      file: z.string().min(1),
      field: z.string().min(1).default('tokens'),
    }),
  ]),
])

type LengthDistribution = z.output<typeof lengthDistribution>

/** Of a file with more lengths, these many are kept, each with the same chance. */
const KEPT_LENGTHS = 100_000

/**
 * A function that draws whole lengths, at least `least`. `lognormal`: `median × e^(sigma × z)` with z standard normal,
 * whose mean is `median × e^(sigma²/2)`. Lengths beyond `min` and `max` become those.
 * @throws ConfigError naming file, line and field of a value that is not a length
 */
async function lengthSampler(
  distribution: LengthDistribution,
  least: number,
  dataset: string,
  random: Random,
): Promise<(random: Random) => number> {
  if (typeof distribution === 'number') return () => Math.max(least, distribution)
  const within = (
    length: number,
    { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number | undefined; max?: number | undefined },
  ): number => Math.max(least, Math.round(Math.min(max, Math.max(min, length))))
  switch (distribution.kind) {
    case 'constant':
      return () => Math.max(least, distribution.value)
    case 'uniform': {
      const [low, high] = [Math.ceil(distribution.min), Math.floor(distribution.max)]
      if (low > high)
        throw new ConfigError(
          `option "datasetArgs": dataset ${dataset}: uniform from ${distribution.min} to ${distribution.max} holds no whole number`,
          'datasetArgs',
        )
      return (draw) => Math.max(least, low + Math.floor(draw() * (high - low + 1)))
    }
    case 'normal':
      return (draw) => within(distribution.mean + distribution.stddev * normal(draw), distribution)
    case 'lognormal':
      return (draw) => within(distribution.median * Math.exp(distribution.sigma * normal(draw)), distribution)
    case 'empirical': {
      const lengths = await readLengths(distribution.file, distribution.field, dataset, random)
      return (draw) => Math.max(least, lengths[Math.floor(draw() * lengths.length)]!)
    }
  }
}

/** A sample of the file's lengths by reservoir: Vitter (1985), algorithm R. */
async function readLengths(file: string, field: string, dataset: string, random: Random): Promise<number[]> {
  const kept: number[] = []
  let seen = 0
  for await (const { value, where } of readRowsOrLines(file, dataset)) {
    // Of a text file, each line is a length.
    const given = value[field] ?? (Object.keys(value).length === 1 ? value['text'] : undefined)
    const length = typeof given === 'string' && given.trim() === '' ? Number.NaN : Number(given)
    if (!Number.isInteger(length) || length < 0)
      throw new ConfigError(
        `${where}: field "${field}" must be a length in tokens, got ${JSON.stringify(given) ?? 'nothing'}`,
        'datasetArgs',
      )
    const place = kept.length < KEPT_LENGTHS ? kept.length : Math.floor(random() * (seen + 1))
    if (place < KEPT_LENGTHS) kept[place] = length
    seen++
  }
  if (seen === 0)
    throw new ConfigError(`option "datasetArgs": dataset ${dataset}: "${file}" holds no lengths`, 'datasetArgs')
  return kept
}

const args = z.strictObject({
  input: lengthDistribution.default(512),
  output: lengthDistribution.optional(),
  prefix_tokens: z.number().int().min(0).default(0),
  prefix_groups: z.number().int().min(1).max(100_000).default(1),
})

/** Indices of the random numbers of prefixes and files: beside those of the prompts. */
const PREFIX_INDEX = 2 ** 30
const FILE_INDEX = 2 ** 31 + 2

export const synthetic: Dataset<z.output<typeof args>> = {
  name: 'synthetic',
  description:
    'random words with lengths by --dataset-args: input, output (constant, uniform, normal, lognormal, empirical), prefix_tokens shared in prefix_groups groups',
  args,
  makesLengths: true,
  isMadeUp: true,
  hasContents: true,
  sharedTokens: ({ args }) => args.prefix_tokens,
  async *read(options) {
    const { config, args } = options
    const { maker, tokenizer, contents } = await openMaker(options)
    const template = templateTokens(config, tokenizer)
    const fileDraw = randomOf(config, FILE_INDEX)
    const input = await lengthSampler(args.input, args.prefix_tokens > 0 ? 0 : 1, 'synthetic', fileDraw)
    const output = args.output === undefined ? undefined : await lengthSampler(args.output, 1, 'synthetic', fileDraw)
    const prefixes = new Map<number, string>()
    const prefixOf = (group: number): string => {
      const text = prefixes.get(group) ?? maker.make(args.prefix_tokens, contents(PREFIX_INDEX + group))
      prefixes.set(group, text)
      return text
    }
    yield* madeUp(options, (index) => {
      const draw = randomOf(config, index)
      const own = Math.max(args.prefix_tokens > 0 ? 0 : 1, input(draw) - template)
      const maxTokens = output?.(draw)
      const prefix = prefixOf(Math.floor(draw() * args.prefix_groups))
      const tokens = args.prefix_tokens + own
      const text = maker.make(tokens, contents(index), prefix)
      return { made: maxTokens === undefined ? { text } : { text, maxTokens }, tokens }
    })
  },
}
