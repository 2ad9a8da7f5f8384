/** A data set of someone else names files, and is read no further than its own folder. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { encode } from 'fast-png'
import { describe, expect, it, onTestFinished } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { readPrompts } from '../../src/datasets/index.ts'
import { errorOf } from './files.ts'

const png = Buffer.from(encode({ width: 2, height: 1, data: new Uint8Array(6), channels: 3 }))
const TOO_MANY_BYTES = 65 * 2 ** 20

/** A folder `set` with these files, and `private.png`, `private.txt` and `private.jsonl` beside it. */
function planted(files: Record<string, string | Uint8Array>): string {
  const outer = mkdtempSync(join(tmpdir(), 'perfgate-foreign-'))
  onTestFinished(() => rmSync(outer, { recursive: true }))
  writeFileSync(join(outer, 'private.png'), png)
  writeFileSync(join(outer, 'private.txt'), 'a secret')
  writeFileSync(join(outer, 'private.jsonl'), '{"question":"a secret","file_name":"a.png"}\n')
  const set = join(outer, 'set')
  mkdirSync(set)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(set, name)), { recursive: true })
    writeFileSync(join(set, name), content)
  }
  return set
}

const pipe = (path: string): void => void execFileSync('mkfifo', [path])
const read = (dataset: string, datasetPath: string): ReturnType<typeof readPrompts> =>
  readPrompts(resolveConfig({ dataset, datasetPath }), 10)
const messageOf = async (dataset: string, path: string): Promise<string> =>
  (await errorOf(() => read(dataset, path))).message

const OUTSIDE = /it lies outside the folder ".*(set|snapshots.c)"; copy it into the folder/
const PIPE = /it is a named pipe, not a regular file; write its data to a file/
const DEVICE = /it is a device, not a regular file/
const LARGE = /it has 65 MiB, more than the limit of 64 MiB; use a smaller file/

describe('a picture that a row names', () => {
  const named = (name: string): string =>
    planted({ 'good.png': png, 'metadata.jsonl': `{"file_name":"good.png"}\n${JSON.stringify({ file_name: name })}\n` })
  const WHERE = /^dataset flickr8k: metadata\.jsonl line 2: field "file_name": cannot read image "/

  it.each([
    ['a path with ..', '../private.png'],
    ['a path that goes in and out', 'images/../../private.png'],
  ])('by %s is read no further than its folder', async (_, name) => {
    const set = named(name)
    mkdirSync(join(set, 'images'))
    const message = await messageOf('flickr8k', set)
    expect(message).toMatch(WHERE)
    expect(message).toMatch(OUTSIDE)
  })

  it('by an absolute path is read below its folder alone', async () => {
    const set = named('')
    const rows = (path: string): void =>
      writeFileSync(join(set, 'metadata.jsonl'), `{"file_name":"good.png"}\n${JSON.stringify({ file_name: path })}\n`)
    rows(join(set, 'good.png'))
    expect(await read('flickr8k', set)).toHaveLength(2)
    rows(join(dirname(set), 'private.png'))
    expect(await messageOf('flickr8k', set)).toMatch(OUTSIDE)
  })

  it('may be a link within the folder, and not out of it, in whatever folder of its path the link is', async () => {
    const set = named('linked.png')
    symlinkSync('good.png', join(set, 'linked.png'))
    expect(await read('flickr8k', set)).toHaveLength(2)
    rmSync(join(set, 'linked.png'))
    symlinkSync('../private.png', join(set, 'linked.png'))
    expect(await messageOf('flickr8k', set)).toMatch(OUTSIDE)
    const byFolder = named('more/private.png')
    symlinkSync('..', join(byFolder, 'more'))
    expect(await messageOf('flickr8k', byFolder)).toMatch(OUTSIDE)
  })

  it('is no device, no pipe and not too large', async () => {
    const device = named('zero.png')
    symlinkSync('/dev/zero', join(device, 'zero.png'))
    expect(await messageOf('flickr8k', device)).toMatch(OUTSIDE)
    const piped = named('pipe.png')
    pipe(join(piped, 'pipe.png'))
    const message = await messageOf('flickr8k', piped)
    expect(message).toMatch(WHERE)
    expect(message).toMatch(PIPE)
    const large = named('large.png')
    writeFileSync(join(large, 'large.png'), png)
    truncateSync(join(large, 'large.png'), TOO_MANY_BYTES)
    expect(await messageOf('flickr8k', large)).toMatch(LARGE)
  })

  it('is checked in a file named by itself too', async () => {
    const set = named('../private.png')
    expect(await messageOf('kontext_bench', join(set, 'metadata.jsonl'))).toMatch(OUTSIDE)
  })
})

describe('files that lie in a folder', () => {
  it.each([
    ['a picture', 'a.png', 'private.png'],
    ['a caption', 'a.txt', 'private.txt'],
    ['its rows', 'metadata.jsonl', 'private.jsonl'],
    ['its captions', 'captions.txt', 'private.txt'],
    ['its table', 'rows.parquet', 'private.txt'],
  ])('%s as a link out of it is not read', async (_, name, target) => {
    const set = planted(name === 'a.png' ? {} : { 'a.png': png })
    symlinkSync(join('..', target), join(set, name))
    const message = await messageOf('flickr8k', set)
    expect(message).toMatch(OUTSIDE)
    expect(message).toContain(`dataset flickr8k: ${name}`)
    expect(message).not.toContain('secret')
  })

  it('are no pipes and not too large', async () => {
    const piped = planted({ 'a.png': png })
    pipe(join(piped, 'a.txt'))
    expect(await messageOf('flickr8k', piped)).toMatch(PIPE)
    const large = planted({ 'a.png': png, 'a.txt': '' })
    truncateSync(join(large, 'a.txt'), TOO_MANY_BYTES)
    expect(await messageOf('flickr8k', large)).toMatch(LARGE)
  })

  it('of a published dataset lie in it too', async () => {
    const set = planted({})
    symlinkSync('../private.jsonl', join(set, 'open_qa.jsonl'))
    expect(await messageOf('openqa', set)).toMatch(OUTSIDE)
  })

  it('may link to the blobs of their repository in the cache of Hugging Face', async () => {
    const outer = dirname(planted({}))
    const snapshot = join(outer, 'datasets--a--b', 'snapshots', 'c')
    mkdirSync(snapshot, { recursive: true })
    mkdirSync(join(outer, 'datasets--a--b', 'blobs'))
    writeFileSync(join(outer, 'datasets--a--b', 'blobs', 'd'), png)
    symlinkSync('../../blobs/d', join(snapshot, 'a.png'))
    expect(await read('flickr8k', snapshot)).toHaveLength(1)
    symlinkSync('../../../private.png', join(snapshot, 'b.png'))
    expect(await messageOf('flickr8k', snapshot)).toMatch(OUTSIDE)
  })
})

describe('the file that is named', () => {
  const READERS = [
    ['openqa', 'x.jsonl'],
    ['openqa', 'x.csv'],
    ['openqa', 'x.parquet'],
    ['openqa', 'x.arrow'],
    ['line_by_line', 'x.txt'],
    ['embedding', 'x.json'],
    ['flickr8k', 'x.jsonl'],
    ['swe_smith', 'x.json'],
    ['custom_multi_turn', 'x.jsonl'],
    ['workload_trace', 'x.jsonl'],
    ['mooncake', 'x.jsonl'],
    ['rerank', 'x.jsonl'],
  ] as const

  it.each(READERS)('of %s, %s, is no pipe and no device', async (dataset, name) => {
    const set = planted({})
    pipe(join(set, name))
    const message = await messageOf(dataset, join(set, name))
    expect(message).toMatch(/^option "datasetPath": cannot read "/)
    expect(message).toMatch(PIPE)
    rmSync(join(set, name))
    symlinkSync('/dev/zero', join(set, name))
    expect(await messageOf(dataset, join(set, name))).toMatch(DEVICE)
  })

  it('may be a link to anywhere: the user named it', async () => {
    const set = planted({})
    symlinkSync('../private.jsonl', join(set, 'mine.jsonl'))
    expect(await read('openqa', join(set, 'mine.jsonl'))).toEqual([{ text: 'a secret' }])
  })

  it('of other options is no pipe and no device either', async () => {
    const set = planted({})
    pipe(join(set, 'pipe'))
    expect((await errorOf(() => readPrompts(resolveConfig({ prompt: `@${join(set, 'pipe')}` }), 1))).message).toMatch(
      PIPE,
    )
    const datasetArgs = { input: { kind: 'empirical', file: '/dev/zero' } }
    expect((await errorOf(() => readPrompts(resolveConfig({ dataset: 'synthetic', datasetArgs }), 1))).message).toMatch(
      DEVICE,
    )
  })

  it('of Arrow takes no more memory than it has bytes, whatever lengths it claims', async () => {
    const claimed = Buffer.alloc(32)
    claimed.writeUInt32LE(0xffffffff, 0)
    claimed.writeInt32LE(2 ** 31 - 1, 4)
    const before = process.memoryUsage().arrayBuffers
    expect(await messageOf('openqa', join(planted({ 'x.arrow': claimed }), 'x.arrow'))).toBe(
      'dataset openqa: x.arrow row 1: not Arrow: the file is cut short',
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 28)
  })
})
