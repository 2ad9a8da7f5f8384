/** Puts exported files on disk. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from '../../config/index.ts'
import type { ExportedFile } from './format.ts'

/** @throws ConfigError when the file cannot be written */
export function writeExported(path: string, { content }: ExportedFile): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(path, 'w')
    try {
      for (const piece of pieces(content)) writeFully(file, piece)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new ConfigError(`cannot write "${path}": ${(error as Error).message}`)
  }
}

export function* pieces(content: ExportedFile['content']): Generator<Uint8Array> {
  if (content instanceof Uint8Array) yield content
  else if (typeof content === 'string') yield Buffer.from(content)
  else for (const piece of content) yield Buffer.from(piece)
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
