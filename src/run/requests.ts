/** Builds the request bodies of a run ahead of it. */
import type { Api } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { bodyArgs, type Prompt } from '../datasets/index.ts'
import { type Random, seeded } from '../load/random.ts'

/** More distinct bodies than this are not built: request i sends body i modulo their number. */
export const MAX_BODIES = 100_000

/**
 * JSON texts, in the order of the prompts; output lengths are the prompt's own, or sampled per request where a range is
 * given. What is built for a prompt goes over `queryTemplate`.
 */
export function buildBodies(
  prompts: readonly Prompt[],
  config: ResolvedConfig,
  api: Api,
  path: string,
  wanted: number,
): string[] {
  const { maxTokens, queryTemplate } = config
  const settled = { ...config, extraArgs: bodyArgs(config) }
  // A range makes requests with the same prompt differ, so each request gets a body of its own.
  const count = Array.isArray(maxTokens) ? Math.min(Math.max(wanted, prompts.length), MAX_BODIES) : prompts.length
  const random = seeded(config.loadSeed)
  return Array.from({ length: count }, (_, i) => {
    const prompt = prompts[i % prompts.length]!
    const tokens = prompt.maxTokens ?? (Array.isArray(maxTokens) ? sample(maxTokens, random) : maxTokens)
    return JSON.stringify({ ...queryTemplate, ...api.buildRequest(prompt, { ...settled, maxTokens: tokens }, path) })
  })
}

function sample(range: readonly number[], random: Random): number {
  const [low, high] = [Math.min(...range), Math.max(...range)]
  return low + Math.floor(random() * (high - low + 1))
}
