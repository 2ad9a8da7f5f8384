/** The limit a Node client is measured against: undici with answers thrown away unread, or only stamped. */
import { fileURLToPath } from 'node:url'
import { type Core, runChild } from '../measure/index.ts'
import type { DiscardFigures, DiscardOptions } from './undici-discard.ts'
import type { StampFigures, StampOptions } from './undici-stamps.ts'

export type { DiscardFigures, DiscardMode, DiscardOptions } from './undici-discard.ts'
export type { StampFigures, StampOptions } from './undici-stamps.ts'

export function discardWithUndici(options: DiscardOptions, core: Core | undefined): Promise<DiscardFigures> {
  return runBaseline('./undici-discard.ts', options, core)
}

export function stampWithUndici(options: StampOptions, core: Core | undefined): Promise<StampFigures> {
  return runBaseline('./undici-stamps.ts', options, core)
}

function runBaseline<T>(file: string, options: object, core: Core | undefined): Promise<T> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  return runChild(process.execPath, [path, JSON.stringify(options)], { core, timeoutMs: 300_000 })
}
