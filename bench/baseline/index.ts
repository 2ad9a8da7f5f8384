/** The limit a Node client is measured against: undici with answers thrown away unread. */
import { fileURLToPath } from 'node:url'
import { type Core, runChild } from '../measure/index.ts'
import type { DiscardFigures, DiscardOptions } from './undici-discard.ts'

export type { DiscardFigures, DiscardMode, DiscardOptions } from './undici-discard.ts'

const FILE = fileURLToPath(new URL('./undici-discard.ts', import.meta.url))

export function discardWithUndici(options: DiscardOptions, core: Core | undefined): Promise<DiscardFigures> {
  return runChild(process.execPath, [FILE, JSON.stringify(options)], { core, timeoutMs: 300_000 })
}
