/** "Prompts from a cache:", of runs in which the server knew prompts that it should not have known. */
import type { PromptCache, Result } from '../result/index.ts'
import { drawTable } from './tables.ts'
import type { TerminalStyle } from './terminal.ts'

export const PROMPT_CACHE_TITLE = 'Prompts from a cache:'
export const PROMPT_CACHE_HEAD = ['Prompts', 'Requests', 'From cache', 'Cached tokens']

const NAMES: Record<keyof PromptCache, string> = { fresh: 'made up for this run', repeated: 'sent before in this run' }

/** Empty where nothing came from a cache. */
export function promptCacheRows({ promptCache }: Result): string[][] {
  if (promptCache === undefined) return []
  return (['fresh', 'repeated'] as const).flatMap((kind) => {
    const { requests, fromCache, cachedTokens } = promptCache[kind]
    return fromCache === 0 ? [] : [[NAMES[kind], String(requests), String(fromCache), String(cachedTokens)]]
  })
}

export function promptCacheTable(result: Result, style: TerminalStyle): string {
  const rows = promptCacheRows(result)
  return rows.length === 0 ? '' : drawTable({ head: PROMPT_CACHE_HEAD, rows, align: 'center', ruled: false }, style)
}
