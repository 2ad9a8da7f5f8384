/** Prompts of random words, each of exactly as many tokens as the scenario says, on as many threads as help; with images too. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { ConfigError, type ResolvedConfig } from '../config/index.ts'
import type { Dataset, DatasetOptions } from './dataset.ts'
import { imagePrompt, randomImage } from './images.ts'
import {
  contentDraws,
  exactly,
  lengthRange,
  madeUp,
  type PromptPlan,
  plannedCount,
  plannedTokens,
  promptMaker,
  templateTokens,
} from './madeUp.ts'
import type { FromThread, Share } from './randomThread.ts'

/** Less work than this is done sooner than threads are started. */
const TOKENS_FOR_THREADS = 4_000_000

export const random: Dataset = {
  name: 'random',
  description:
    'random words of exactly --min-prompt-length to --max-prompt-length tokens, after a shared prefix of --prefix-length',
  makesLengths: true,
  isMadeUp: true,
  hasContents: true,
  sharedTokens: ({ config }) => config.prefixLength,
  async *read(options) {
    for await (const text of randomPrompts(options)) yield { text }
  },
}

/**
 * Lengths are the tokens of the text by the tokenizer; on a chat endpoint, where the tokenizer has a chat template, of
 * the text in its template, which is what the server counts. The prefix comes on top.
 */
async function* randomPrompts(options: DatasetOptions): AsyncGenerator<string> {
  const { config } = options
  const [low, high] = lengthRange(config, config.prefixLength > 0 ? 0 : 1)
  const tokenizer = await options.tokenizer()
  const { loadSeed, promptSalt, prefixLength, model, tokenizerPath, dataSource } = config
  const template = templateTokens(config, tokenizer)
  const plan: PromptPlan = { loadSeed, promptSalt, low, high, template, prefixLength, model, tokenizerPath, dataSource }
  const threads = threadsFor(config, options.count, plan)
  if (threads > 1) {
    yield* onThreads(
      plan,
      plannedCount(options, (index) => plannedTokens(plan, index)),
      threads,
    )
    return
  }
  const make = exactly(() => promptMaker(plan, tokenizer))
  yield* madeUp(options, (index) => ({ made: make(index), tokens: plannedTokens(plan, index) }))
}

/** As many as asked for; otherwise as many as there are cores, if there is enough to do. */
function threadsFor({ numWorkers }: ResolvedConfig, count: number, { low, high, prefixLength }: PromptPlan): number {
  if (numWorkers > 0) return numWorkers
  return (prefixLength + (low + high) / 2) * count < TOKENS_FOR_THREADS ? 1 : availableParallelism()
}

/** Prompts a thread makes before it is asked again: few, so that the last ones are not all on one thread. */
const SHARE = 16

/**
 * The texts of prompts 0 to `count`, in that order. The threads end when the consumer stops.
 * @throws ConfigError of option `tokenizerPath` with the reason when a thread cannot make them
 */
async function* onThreads(plan: PromptPlan, count: number, threads: number): AsyncGenerator<string> {
  const shares: Share[] = []
  for (let from = 0; from < count; from += SHARE) shares.push([from, Math.min(count, from + SHARE)])
  const made = shares.map(() => Promise.withResolvers<string[]>())
  // A share that fails while another one is waited for must not be an unhandled rejection.
  for (const { promise } of made) promise.catch(() => {})
  const file = new URL(import.meta.url.endsWith('.ts') ? './randomThread.ts' : './randomThread.js', import.meta.url)
  let next = 0
  const workers = Array.from({ length: Math.min(threads, shares.length) }, (_, i) => {
    const worker = new Worker(file, { workerData: plan, name: `perfgate prompts ${i}`, execArgv: [] })
    const ask = (): void => {
      const share = shares[next++]
      if (share !== undefined) worker.postMessage(share)
    }
    const fail = (reason: string): void => {
      for (const { reject } of made) reject(new ConfigError(`option "tokenizerPath": ${reason}`, 'tokenizerPath'))
    }
    worker.on('message', (message: FromThread) => {
      if ('error' in message) return fail(message.error)
      made[message.from / SHARE]!.resolve(message.texts)
      ask()
    })
    worker.on('error', (error) => fail(`a thread that makes up prompts crashed: ${error.message}`))
    ask()
    return worker
  })
  try {
    for (const { promise } of made) yield* await promise
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** Of the random numbers of images: beside those of texts. */
const IMAGES_INDEX = 2 ** 30

export const randomVl: Dataset = {
  name: 'random_vl',
  description: 'as random, with --image-num random PNG images of --image-width by --image-height pixels',
  makesLengths: true,
  isMadeUp: true,
  hasContents: true,
  sharedTokens: ({ config }) => config.prefixLength,
  async *read(options) {
    const { config } = options
    if (config.tokenizePrompt)
      throw new ConfigError(
        'option "tokenizePrompt": images cannot be token ids; leave it out, or choose dataset random',
        'tokenizePrompt',
      )
    const contents = contentDraws(config)
    let index = 0
    for await (const text of randomPrompts(options)) {
      const draw = contents(IMAGES_INDEX + index++)
      const urls: string[] = []
      for (let i = 0; i < config.imageNum; i++) urls.push(await randomImage(config, draw))
      yield imagePrompt(text, urls)
    }
  },
}
