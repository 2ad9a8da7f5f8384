/** Whether the two sides of a comparison share a cache of prompts: then the one that sends second is the faster one. */

import type { Side } from '../../gates/index.ts'
import { studentTQuantile } from '../../stats/index.ts'

/** Of one block. */
export interface CacheFacts {
  side: Side
  /** Median time to the first token, or latency where there is none, milliseconds; undefined where nothing succeeded. */
  waitMs: number | undefined
  /** As the server reported them, and the input of which they are. */
  cachedTokens: number
  inputTokens: number
}

/** A share of the input that is in the cache of the second side only. */
const LEAST_SHARE = 0.05
/** The second side waits so much shorter, by the middle of both orders. */
const LEAST_CHANGE = 0.05
/** How seldom chance alone may look like a cache. */
const TAIL = 0.001

/**
 * The sentences to be said; none where the sides do not share a cache.
 *
 * @param pairs the two blocks of each pair in the order in which they were sent; the first pair, whose prompts are
 *   those of the warmup, tells nothing
 * @param isMadeUp prompts of their own can be made up for the sides
 */
export function sharedCacheNote(pairs: readonly (readonly [CacheFacts, CacheFacts])[], isMadeUp: boolean): string[] {
  const told = pairs.slice(1)
  const evidence = byTokens(told) ?? byTime(told)
  if (evidence === undefined) return []
  const remedy = isMadeUp
    ? 'Give each side prompts of its own (--disjoint-prompts), or servers that share nothing.'
    : 'Give each side prompts of its own (--disjoint-prompts with a dataset that makes them up), or servers that share nothing.'
  return [
    `The sides share a cache of prompts: ${evidence}. The change is partly that of the order, and its interval is too wide. ${remedy}`,
  ]
}

/** What the servers report of their caches leaves no doubt. */
function byTokens(pairs: readonly (readonly [CacheFacts, CacheFacts])[]): string | undefined {
  const shareOf = (place: 0 | 1): number => {
    const blocks = pairs.map((pair) => pair[place])
    const input = sum(blocks.map(({ inputTokens }) => inputTokens))
    return input === 0 ? 0 : sum(blocks.map(({ cachedTokens }) => cachedTokens)) / input
  }
  const [first, second] = [shareOf(0), shareOf(1)]
  if (second - first < LEAST_SHARE) return undefined
  return `${percent(second)} of the input of the side that sends second in a pair of blocks came from a cache, and ${percent(first)} of the first`
}

/**
 * The change between the sides flips with their order. In pairs that begin with the baseline the ratio of second to
 * first is that of the sides times that of the order, in the others that of the order divided by that of the sides: the
 * mean of both kinds of pairs, as logarithms, is the order's own.
 */
function byTime(pairs: readonly (readonly [CacheFacts, CacheFacts])[]): string | undefined {
  const changes = { baseline: [] as number[], candidate: [] as number[] }
  for (const [first, second] of pairs)
    if (first.waitMs !== undefined && second.waitMs !== undefined && first.waitMs > 0 && second.waitMs > 0)
      changes[first.side].push(Math.log(second.waitMs / first.waitMs))
  const kinds = [changes.baseline, changes.candidate]
  if (kinds.some(({ length }) => length < 2)) return undefined
  const change = sum(kinds.map(mean)) / 2
  const error = Math.sqrt(sum(kinds.map((kind) => variance(kind) / kind.length))) / 2
  const freedom = sum(kinds.map(({ length }) => length)) - 2
  if (change > Math.log(1 - LEAST_CHANGE) || -change <= studentTQuantile(TAIL, freedom) * error) return undefined
  return `the side that sends second in a pair of blocks waits ${percent(1 - Math.exp(change))} shorter for its answers, whichever side it is`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function variance(values: readonly number[]): number {
  const middle = mean(values)
  return sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1)
}
