/** A thread that makes up random prompts, a share of them at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadTokenizer } from '../tokens/index.ts'
import { type PromptPlan, promptMaker } from './madeUp.ts'

/** From the first index to the one before the last. */
export type Share = [from: number, to: number]
export type FromThread = { from: number; texts: string[] } | { error: string }

const plan = workerData as PromptPlan
const port = parentPort!
const making = loadTokenizer(plan).then((tokenizer) => promptMaker(plan, tokenizer))

port.on('message', async ([from, to]: Share) => {
  try {
    const make = await making
    const texts = Array.from({ length: to - from }, (_, i) => make(from + i))
    port.postMessage({ from, texts } satisfies FromThread)
  } catch (error) {
    port.postMessage({ error: (error as Error).message } satisfies FromThread)
  }
})
