import { closeSync, mkdtempSync, openSync, type ReadStream, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { readPrompts } from '../../src/datasets/index.ts'

const opened = vi.hoisted((): ReadStream[] => [])
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const createReadStream: typeof fs.createReadStream = (...options) => {
    const stream = fs.createReadStream(...options)
    opened.push(stream)
    return stream
  }
  return { ...fs, createReadStream }
})

const folder = mkdtempSync(join(tmpdir(), 'perfgate-large-'))
const LINES_PER_BLOCK = 2000
const BLOCKS = 50
const question = '这是一个很长的问题：'.repeat(18)

/** About 50 MB: blocks of about 1 MB, one row each about 550 bytes, joined by `separator`. */
function write(name: string, before: string, row: string, separator: string, after: string): string {
  const path = join(folder, name)
  const descriptor = openSync(path, 'w')
  writeSync(descriptor, before + row)
  const block = (separator + row).repeat(LINES_PER_BLOCK)
  for (let i = 0; i < BLOCKS; i++) writeSync(descriptor, block)
  writeSync(descriptor, after)
  closeSync(descriptor)
  return path
}

let jsonl: string
let array: string
let csv: string
beforeAll(() => {
  jsonl = write('large.jsonl', '', JSON.stringify({ question }), '\n', '\n')
  csv = write('large.csv', 'question\n', question, '\n', '\n')
  array = write('large.json', '[', JSON.stringify({ instruction: question }), ',', ']')
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => void opened.splice(0))

async function expectLittleRead(): Promise<void> {
  expect(opened).toHaveLength(1)
  const stream = opened[0]!
  expect(stream.destroyed).toBe(true)
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', () => resolve()))
  // The ten rows are in the first chunk of 64 KiB; a chunk or two more may have been read ahead.
  expect(stream.bytesRead).toBeLessThanOrEqual(256 * 1024)
}

describe('a file of 50 MB', () => {
  it('is read only as far as its first ten lines, and closed', async () => {
    expect(statSync(jsonl).size).toBeGreaterThan(50_000_000)
    const prompts = await readPrompts(resolveConfig({ datasetPath: jsonl }), 10)
    expect(prompts).toEqual(Array(10).fill({ text: question }))
    await expectLittleRead()
  })

  it('of one single line is read only as far as its first ten array elements, and closed', async () => {
    expect(statSync(array).size).toBeGreaterThan(50_000_000)
    const prompts = await readPrompts(resolveConfig({ dataset: 'longalpaca', datasetPath: array }), 10)
    expect(prompts).toEqual(Array(10).fill({ text: question }))
    await expectLittleRead()
  })

  it('is read to its end, characters cut by chunks included', async () => {
    const number = BLOCKS * LINES_PER_BLOCK
    const prompts = await readPrompts(resolveConfig({ datasetPath: jsonl, datasetOffset: number - 500 }), 1000)
    expect(prompts).toEqual(Array(501).fill({ text: question }))
    expect(opened[0]!.bytesRead).toBe(statSync(jsonl).size)
  })

  it('of CSV is read only as far as its first ten records, and closed', async () => {
    expect(statSync(csv).size).toBeGreaterThan(50_000_000)
    const prompts = await readPrompts(resolveConfig({ datasetPath: csv }), 10)
    expect(prompts).toEqual(Array(10).fill({ text: question }))
    await expectLittleRead()
  })

  it('is closed when a line is wrong', async () => {
    await expect(readPrompts(resolveConfig({ dataset: 'longalpaca', datasetPath: jsonl }), 10)).rejects.toThrow(
      'dataset longalpaca: large.jsonl line 1: field "instruction" must be a non-empty string, got nothing; the fields there are: question',
    )
    await expectLittleRead()
  })
})
