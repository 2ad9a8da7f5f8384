/** What is alike in the request bodies of all APIs: what the user adds or removes, and the limit of the answer. */
import type { ResolvedConfig } from '../config/index.ts'
import type { Json } from './reading.ts'

/**
 * A body with `extraArgs` over it, as RFC 7396 merges them: objects are merged, anything else replaces, null removes.
 * Fields that are undefined are left out, so that a template beneath the body shows.
 */
export function withExtraArgs(body: Json, extraArgs: Json): Json {
  const merged = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
  for (const [name, value] of Object.entries(extraArgs)) {
    if (value === null) delete merged[name]
    else if (isRecord(value)) merged[name] = withExtraArgs(isRecord(merged[name]) ? merged[name] : {}, value)
    else merged[name] = value
  }
  return merged
}

/** A body without the fields that are null in `extraArgs`, for one in which those are already, or do not belong. */
export function withoutFields(body: Json, extraArgs: Json): Json {
  const kept = { ...body }
  for (const [name, value] of Object.entries(extraArgs)) {
    if (value === null) delete kept[name]
    else if (isRecord(value) && isRecord(kept[name])) kept[name] = withoutFields(kept[name], value)
  }
  return kept
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** How many tokens an answer may have, by whichever name it is sent; null: the server decides. */
export function outputLimit({
  maxTokens,
  maxCompletionTokens,
}: Pick<ResolvedConfig, 'maxTokens' | 'maxCompletionTokens'>): ResolvedConfig['maxTokens'] {
  return maxCompletionTokens ?? maxTokens
}

/** The scenario of one request that has a limit of its own; undefined: it has that of the scenario. */
export function withOutputLimit(config: ResolvedConfig, tokens: number | null | undefined): ResolvedConfig {
  if (tokens === undefined) return config
  if (tokens === null || config.maxCompletionTokens === undefined) return { ...config, maxTokens: tokens }
  return { ...config, maxCompletionTokens: tokens }
}
