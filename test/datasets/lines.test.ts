import { describe, expect, it } from 'vitest'
import { readLines, splitLines } from '../../src/datasets/pieces.ts'
import { all, chunked, errorOf, file } from './files.ts'

const read = (content: string | Uint8Array) => all(readLines(file(content, 'lines.txt'), 'line_by_line'))

describe('readLines', () => {
  it('reads lines with either line end and without a last one, and numbers them from 1', async () => {
    const expected = [
      { text: 'one', number: 1 },
      { text: 'two', number: 2 },
      { text: 'three', number: 3 },
    ]
    expect(await read('one\ntwo\nthree\n')).toEqual(expected)
    expect(await read('one\r\ntwo\r\nthree\r\n')).toEqual(expected)
    expect(await read('one\r\ntwo\nthree')).toEqual(expected)
  })

  it('passes over blank lines but counts them', async () => {
    expect(await read('\n\r\n  \t\nfirst\n\n\nsecond\n\n')).toEqual([
      { text: 'first', number: 4 },
      { text: 'second', number: 7 },
    ])
  })

  it('leaves out a byte order mark, also that of a file that was joined to another', async () => {
    expect(await read('\ufeffone\n\ufefftwo\n')).toEqual([
      { text: 'one', number: 1 },
      { text: 'two', number: 2 },
    ])
  })

  it('keeps spaces within a line, and does not cut at separators that JSON strings may contain', async () => {
    expect(await read(' a \u2028 b\u2029c\u0085d\re \n')).toEqual([
      { text: ' a \u2028 b\u2029c\u0085d\re ', number: 1 },
    ])
  })

  it('gives nothing for an empty file', async () => {
    expect(await read('')).toEqual([])
    expect(await read('\ufeff')).toEqual([])
  })

  it('reads a line of several megabytes whole', async () => {
    const long = '长'.repeat(1_000_000)
    const [first, second] = await read(`${long}\nshort\n`)
    expect(first!.text === long).toBe(true)
    expect(second).toEqual({ text: 'short', number: 2 })
  })

  it('refuses a line beyond 64 MiB instead of holding the file', async () => {
    const path = file(Buffer.alloc(64 * 1024 * 1024 + 1, 'x'), 'whole.txt')
    expect(await errorOf(() => all(readLines(path, 'line_by_line')))).toEqual({
      message: 'dataset line_by_line: whole.txt line 1: longer than 64 MiB; the file must hold one prompt per line',
      option: 'datasetPath',
    })
  })

  it('names the line that is not UTF-8', async () => {
    // "中文" in GBK, as an editor on a Chinese Windows may save it.
    const path = file(Buffer.concat([Buffer.from('ok\n'), Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 0x0a])]), 'gbk.txt')
    expect(await errorOf(() => all(readLines(path, 'line_by_line')))).toEqual({
      message: 'dataset line_by_line: gbk.txt line 2: not UTF-8 text; save the file as UTF-8',
      option: 'datasetPath',
    })
    const utf16 = file(Buffer.from('\ufeffhello\n', 'utf16le'), 'utf16.txt')
    expect((await errorOf(() => all(readLines(utf16, 'line_by_line')))).message).toBe(
      'dataset line_by_line: utf16.txt line 1: not UTF-8 text; save the file as UTF-8',
    )
  })

  it('says what is wrong with a path that cannot be read, and what to do', async () => {
    expect(await errorOf(() => all(readLines('/nowhere/q.jsonl', 'openqa')))).toEqual({
      message: `option "datasetPath": cannot read "/nowhere/q.jsonl" for dataset openqa: no such file; check the path (a relative one starts at ${process.cwd()})`,
      option: 'datasetPath',
    })
    expect((await errorOf(() => all(readLines('/', 'openqa')))).message).toBe(
      'option "datasetPath": cannot read "/" for dataset openqa: it is a folder; name a file in it',
    )
  })
})

describe('splitLines', () => {
  const content = '\ufeff一二三\r\n\n🙂 four\néé\r\nlast'
  const expected = [
    { text: '一二三', number: 1 },
    { text: '🙂 four', number: 3 },
    { text: 'éé', number: 4 },
    { text: 'last', number: 5 },
  ]
  it.each([1, 2, 3, 4, 5, 7, 11, 1000])('gives the same lines however the bytes arrive: %i at a time', async (size) => {
    expect(await all(splitLines(chunked(content, size), 'f', 'd'))).toEqual(expected)
  })
})
