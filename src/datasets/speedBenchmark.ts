/** Prompts of fixed lengths, two of each, for the speed of an engine by length of its context. */
import type { Dataset, DatasetOptions, Prompt } from './dataset.ts'
import { openMaker } from './madeUp.ts'

const OUTPUT_TOKENS = 2048
const OF_EACH = 2
/** One token of Qwen's and most later tokenizers, however often it is repeated. */
const ONE_TOKEN = '熵'

export const speedBenchmark = speed('speed_benchmark', [1, 6144, 14_336, 30_720])
export const speedBenchmarkLong = speed('speed_benchmark_long', [63_488, 129_024])

function speed(name: string, lengths: readonly number[]): Dataset {
  return {
    name,
    description: `prompts of ${lengths.join(', ')} tokens, two of each, with ${OUTPUT_TOKENS} output tokens; shows the speed for each`,
    makesLengths: true,
    hasContents: true,
    isPlainText: true,
    showsSpeed: true,
    read: (options) => prompts(options, lengths),
  }
}

/** Exactly so many tokens where the tokenizer is named; else so many times one character. */
async function* prompts(options: DatasetOptions, lengths: readonly number[]): AsyncGenerator<Prompt> {
  const { config } = options
  const made = config.tokenizerPath === undefined ? undefined : await openMaker(options)
  for (const [i, length] of lengths.entries())
    for (let repeat = 0; repeat < OF_EACH; repeat++)
      yield {
        text: made?.maker.make(length, made.contents(i * OF_EACH + repeat)) ?? ONE_TOKEN.repeat(length),
        maxTokens: OUTPUT_TOKENS,
      }
}
