/** Conversations of random words: each turn's text has exactly as many tokens as the scenario says. */
import { z } from 'zod'
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import type { Random } from '../random/index.ts'
import type { Conversation, Dataset } from './dataset.ts'
import { between, lengthRange, madeUp, openMaker, randomOf } from './madeUp.ts'

const length = z.union([
  z.number().int().min(1),
  z
    .tuple([z.number().int().min(1), z.number().int().min(1)])
    .refine(([low, high]) => low <= high, 'must be [min, max]'),
])

const args = z.strictObject({
  first_turn_length: length.optional(),
  subsequent_turn_length: length.optional(),
})

/** Index of the random numbers of the shared prefix: below those of the conversations. */
const PREFIX_INDEX = 2 ** 31 + 5

export const randomMultiTurn: Dataset<z.output<typeof args>> = {
  name: 'random_multi_turn',
  description:
    'conversations of --min-turns to --max-turns turns of random words, each of exactly --min-prompt-length to --max-prompt-length tokens, or as first_turn_length and subsequent_turn_length of --dataset-args say; the first after a shared prefix of --prefix-length',
  args,
  makesLengths: true,
  hasContents: true,
  sharedTokens: ({ config }) => config.prefixLength,
  async *read(options) {
    const { config, args } = options
    const turns = turnRange(config)
    const { maker, contents } = await openMaker(options)
    const prefix = maker.make(config.prefixLength, contents(PREFIX_INDEX))
    yield* madeUp<Conversation>(options, (index) => {
      const draw = randomOf(config, index)
      const words = contents(index)
      let tokens = 0
      const textOfTurn = (turn: number): string => {
        const own = drawLength(turn === 0 ? args.first_turn_length : args.subsequent_turn_length, config, draw)
        const before = turn === 0 ? config.prefixLength : 0
        tokens += before + own
        return maker.make(before + own, words, turn === 0 ? prefix : '')
      }
      const count = between(draw, ...turns)
      const made: Conversation = {
        turns: Array.from({ length: count }, (_, turn) => ({
          messages: [{ role: 'user' as const, content: textOfTurn(turn) }],
        })),
      }
      return { made, tokens }
    })
  },
}

function turnRange({ minTurns, maxTurns }: ResolvedConfig): [number, number] {
  if (maxTurns !== undefined) return [minTurns, maxTurns]
  throw new ConfigError(
    'option "maxTurns": dataset random_multi_turn makes up conversations; say how many turns they have at most',
    'maxTurns',
  )
}

function drawLength(given: z.output<typeof length> | undefined, config: ResolvedConfig, draw: Random): number {
  if (typeof given === 'number') return given
  return between(draw, ...(given ?? lengthRange(config, 1)))
}
