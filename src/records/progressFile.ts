/** progress.json, for a program that watches a run from outside; what a killed run left in it is put right here. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, makeFolder, type Owner, writeWholeFile } from './files.ts'

export type ProgressStatus = 'running' | 'done' | 'interrupted' | 'failed'

export interface ProgressRecord {
  status: ProgressStatus
  /** Which process writes it. */
  process: Owner
  updatedAt: string
  [name: string]: unknown
}

/** Replaces the file; a reader never sees half of it. @throws StoreError or the system's error when it cannot be written */
export function writeProgress(folder: string, record: ProgressRecord): void {
  makeFolder(folder)
  write(progressPath(folder), record)
}

/**
 * Puts right what a killed run left at `running`.
 * @returns the path of the file that was put right; undefined: there is none, or its run goes on
 */
export function mendProgressFile(folder: string): string | undefined {
  const path = progressPath(folder)
  if (!existsSync(path)) return undefined
  const record = readRecord(path)
  if (record?.['status'] !== 'running' || isAlive(record['process']) === true) return undefined
  write(path, { ...record, status: 'interrupted' satisfies ProgressStatus })
  return path
}

function progressPath(folder: string): string {
  return join(folder, 'progress.json')
}

function write(path: string, record: Record<string, unknown>): void {
  writeWholeFile(path, `${JSON.stringify(record, null, 2)}\n`)
}

function readRecord(path: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
