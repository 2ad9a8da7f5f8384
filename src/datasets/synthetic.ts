/** Prompts of random words whose lengths follow a distribution, in groups that share a beginning. */
import { z } from 'zod'
import type { Dataset } from './dataset.ts'
import { lengthDistribution, lengthSampler } from './lengthDistribution.ts'
import { madeUp, openMaker, randomOf, templateTokens } from './randomTexts.ts'

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
