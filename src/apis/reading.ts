/** Careful looks into JSON whose form is the server's affair. */
import type { Usage } from './api.ts'

export type Json = Record<string, unknown>

/** The object itself, or an empty one for anything else. */
export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : []
}

/** The text itself, or an empty one for anything else. */
export function words(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A count as it can only be: a whole number from 0 on. Anything else (−1, 3.7, 1e300) is "not reported". */
export function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

/** How many of a batch have a result: those that have the same `index` are one. */
export function differentResults(results: readonly Json[]): number {
  const indices = new Set(results.map(({ index }, i) => count(index) ?? `at ${i}`))
  return indices.size
}

/** Usage of the counts that are known; undefined when none is. */
export function usageOf(counts: { [K in keyof Usage]: number | undefined }): { usage?: Usage } {
  const known = Object.entries(counts).filter(([, count]) => count !== undefined)
  return known.length === 0 ? {} : { usage: Object.fromEntries(known) as Usage }
}
