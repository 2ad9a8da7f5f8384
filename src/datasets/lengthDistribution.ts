/** Distributions of lengths in tokens: constant, uniform, normal, log-normal, or as in a file. */
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import { normal, type Random } from '../random/index.ts'
import { readRowsOrLines } from './readers/rows.ts'

const tokens = z.number().min(0)
const bounds = { min: tokens.optional(), max: tokens.optional() }

export const lengthDistribution = z.union([
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

export type LengthDistribution = z.output<typeof lengthDistribution>

/** Of a file with more lengths, these many are kept, each with the same chance. */
const KEPT_LENGTHS = 100_000

/**
 * A function that draws whole lengths, at least `least`. `lognormal`: `median × e^(sigma × z)` with z standard normal,
 * whose mean is `median × e^(sigma²/2)`. Lengths beyond `min` and `max` become those.
 * @throws ConfigError naming file, line and field of a length that is none
 */
export async function lengthSampler(
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
