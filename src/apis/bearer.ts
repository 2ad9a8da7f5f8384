/** The header of a key as most servers take it. */
import type { ResolvedConfig } from '../config/index.ts'

export function bearer({ apiKey }: ResolvedConfig): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
}
