/** SQLite of Node. It is not a static import: an older Node would end there, before it is said which Node is needed. */
import { createRequire } from 'node:module'
import type * as Sqlite from 'node:sqlite'
import { requireNode } from '../config/node.ts'

requireNode()

export const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as typeof Sqlite
export type DatabaseSync = Sqlite.DatabaseSync
