/**
 * The two parts of undici that carry load, without the rest (fetch, caches, mocks, proxies): a load thread starts in
 * half the time. Where a version of undici keeps them elsewhere, the whole of it is loaded instead.
 */
import { createRequire } from 'node:module'
import type { buildConnector as BuildConnector, Client as ClientClass } from 'undici'

export type { Client, Dispatcher } from 'undici'

const require = createRequire(import.meta.url)

function part<T>(path: string, name: string): T {
  try {
    return require(`undici/lib/${path}`) as T
  } catch {
    return (require('undici') as Record<string, T>)[name]!
  }
}

export const UndiciClient = part<typeof ClientClass>('dispatcher/client.js', 'Client')
export const buildConnector = part<typeof BuildConnector>('core/connect.js', 'buildConnector')
