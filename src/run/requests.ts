/** Builds the request bodies of a run ahead of it. */
import type { Api } from '../apis/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { Prompt } from '../datasets/index.ts'
import { seeded } from '../load/random.ts'

/** More distinct bodies than this are not built: request i sends body i modulo their number. */
export const MAX_BODIES = 100_000

/** JSON texts, in the order of the prompts; output lengths are sampled per request where a range is given. */
export function buildBodies(
  prompts: readonly Prompt[],
  config: ResolvedConfig,
  api: Api,
  path: string,
  wanted: number,
): string[] {
  const { maxTokens } = config
  // A range makes requests with the same prompt differ, so each request gets a body of its own.
  const count = Array.isArray(maxTokens) ? Math.min(Math.max(wanted, prompts.length), MAX_BODIES) : prompts.length
  const random = seeded(config.loadSeed)
  return Array.from({ length: count }, (_, i) => {
    const prompt = prompts[i % prompts.length]!
    if (!Array.isArray(maxTokens)) return JSON.stringify(api.buildRequest(prompt, config, path))
    const [low, high] = [Math.min(...maxTokens), Math.max(...maxTokens)]
    const sampled = low + Math.floor(random() * (high - low + 1))
    return JSON.stringify(api.buildRequest(prompt, { ...config, maxTokens: sampled }, path))
  })
}
