/** Makes up random prompts on several threads, in their order. */
import { Worker } from 'node:worker_threads'
import { ConfigError } from '../config/index.ts'
import type { PromptPlan } from './randomPlan.ts'
import type { FromThread, Share } from './randomThread.ts'

/** Prompts a thread makes before it is asked again: few, so that the last ones are not all on one thread. */
const SHARE = 16

/**
 * The texts of prompts 0 to `count`, in that order. The threads end when the consumer stops.
 * @throws ConfigError of option `tokenizerPath` with the reason when a thread cannot make them
 */
export async function* onThreads(plan: PromptPlan, count: number, threads: number): AsyncGenerator<string> {
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
