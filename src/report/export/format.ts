/** What a format of `perfgate export` is, and how its files get to disk. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from '../../config/index.ts'
import type { ReportRun, ReportSet } from '../runSet.ts'

/** Comparisons and capacity searches are in formats that have a place for their verdicts. */
export interface ExportOptions extends Pick<ReportSet, 'comparisons' | 'capacities'> {
  /** Runs that these are compared with, in formats that compare. */
  base: readonly ReportRun[]
  /** What was given to compare with and holds no results, in words. */
  baseMissing?: string | undefined
}

export interface ExportedFile {
  /** Added to the name of the run, or of the set; may name a file within a folder. */
  ending: string
  /** Written piece by piece where it is long. */
  content: string | Uint8Array | Iterable<string>
}

export interface ExportFormat {
  readonly name: string
  /** One line for the help. */
  readonly description: string
  /** True: one output over all runs given; false: one for each. */
  readonly joins: boolean
  /** True: nothing can be written without the rows of a result DB. */
  readonly needsRequests: boolean
  /** @throws ConfigError when the runs do not have what is asked for */
  write(runs: readonly ReportRun[], options: ExportOptions): ExportedFile[] | Promise<ExportedFile[]>
}

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
