import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openqa } from '../../src/datasets/published.ts'
import { readRows, readTexts } from '../../src/datasets/rows.ts'
import { readCsv } from '../../src/datasets/tables.ts'
import { all, errorOf, file, options } from './files.ts'

/** Written by pyarrow (data/make.py). */
const data = (name: string): string => fileURLToPath(new URL(`./data/${name}`, import.meta.url))
const question = (i: number): string => `Question ${i}: why? 为什么？`
const messageOf = async (rows: AsyncIterable<unknown>): Promise<string> => (await errorOf(() => all(rows))).message

describe('CSV', () => {
  it('is read as RFC 4180 has it: quotes, commas and line ends in fields, either line end, a byte order mark', async () => {
    const path = file('\ufeffid,question\r\n1,"Why, ""really""?"\r\n2,"two\nlines"\n\n3,为什么？', 'questions.csv')
    const rows = await all(readRows(path, 'openqa'))
    expect(rows.map(({ value }) => value)).toEqual([
      { id: '1', question: 'Why, "really"?' },
      { id: '2', question: 'two\nlines' },
      { id: '3', question: '为什么？' },
    ])
  })

  it('names the line a record begins on', async () => {
    const path = file('question\nfine\n"two\nlines"\n" "\n', 'questions.csv')
    expect(await messageOf(openqa.read(options(path)))).toBe(
      'dataset openqa: questions.csv line 5: field "question" must be a non-empty string, got a blank string',
    )
  })

  it('refuses records with too many fields and quotes that do not end', async () => {
    expect(await messageOf(readCsv(file('a,b\n1,2\n1,2,3\n', 'x.csv'), 'openqa', ','))).toMatch(
      /^dataset openqa: x\.csv line 3: not CSV: Invalid Record Length/,
    )
    expect(await messageOf(readCsv(file('a,b\n1,"2\n', 'x.csv'), 'openqa', ','))).toMatch(
      /^dataset openqa: x\.csv line \d: not CSV: Quote Not Closed/,
    )
  })

  it('is divided by tabs in a .tsv', async () => {
    const rows = await all(readRows(file('question\tid\nWhy, then?\t1\n', 'questions.tsv'), 'openqa'))
    expect(rows.map(({ value }) => value)).toEqual([{ question: 'Why, then?', id: '1' }])
  })

  it('says that a file is not there', async () => {
    expect(await messageOf(readRows('/nowhere/x.csv', 'openqa'))).toMatch(
      /^option "datasetPath": cannot read "\/nowhere\/x\.csv" for dataset openqa: no such file/,
    )
  })
})

describe.each([
  ['Parquet, snappy', 'questions.snappy.parquet'],
  ['Parquet, zstd', 'questions.zstd.parquet'],
  ['Arrow file', 'questions.arrow'],
  ['Arrow stream', 'questions.stream.arrow'],
])('%s', (_, name) => {
  it('gives the rows that pyarrow wrote, over all row groups or batches', async () => {
    const rows = await all(readRows(data(name), 'openqa'))
    expect(rows.map(({ value }) => value['question'])).toEqual(Array.from({ length: 1000 }, (__, i) => question(i)))
    expect(rows.map(({ value }) => value['kind'])).toEqual(
      Array.from({ length: 1000 }, (__, i) => (i % 3 === 0 ? 'long' : 'short')),
    )
    expect([...(rows[999]!.value['documents'] as Iterable<string>)]).toEqual(['d999', 'e'])
    expect(rows[999]!.where).toBe(`dataset openqa: ${name} row 1000`)
  })

  it('is read only as far as it is wanted: what comes later may be broken', async () => {
    const bytes = readFileSync(data(name))
    const isParquet = name.endsWith('.parquet')
    // Parquet needs its end, where its index is; Arrow needs its beginning.
    if (isParquet) bytes.fill(0xff, Math.floor(bytes.length * 0.5), Math.floor(bytes.length * 0.7))
    const broken = file(isParquet ? bytes : bytes.subarray(0, Math.floor(bytes.length * 0.5)), name)
    const read: string[] = []
    for await (const { value } of readRows(broken, 'openqa')) {
      read.push(value['question'] as string)
      if (read.length === 200) break
    }
    expect(read).toEqual(Array.from({ length: 200 }, (__, i) => question(i)))
    expect(await messageOf(readRows(broken, 'openqa'))).toMatch(
      /^dataset openqa: questions\.\S+( row \d+)?: not (Parquet|Arrow): /,
    )
  })

  it('names what is not such a file, or not there', async () => {
    const kind = name.endsWith('.parquet') ? 'Parquet' : 'Arrow'
    expect(await messageOf(readRows(file('{"question":"q"}\n{"question":"q"}\n', name), 'openqa'))).toMatch(
      new RegExp(`^dataset openqa: ${name.replaceAll('.', '\\.')}.*: not ${kind}: `),
    )
    expect(await messageOf(readRows(`/nowhere/${name}`, 'openqa'))).toMatch(
      /^option "datasetPath": cannot read .* no such file/,
    )
  })
})

it('an Arrow row without its field is named', async () => {
  expect(await messageOf(openqa.read(options(data('missing.arrow'))))).toBe(
    'dataset openqa: missing.arrow row 2: field "question" must be a non-empty string, got null',
  )
})

describe('readTexts', () => {
  const texts = (content: string, name: string): Promise<string[]> =>
    all(readTexts(file(content, name), 'embedding', ['text', 'input']))

  it('takes lines of .txt, strings of JSON and JSONL, or the first field that is there', async () => {
    expect(await texts('one\n\ntwo\n', 'a.txt')).toEqual(['one', 'two'])
    expect(await texts('["one", {"input": "two"}, {"text": "three", "input": "x"}]', 'a.json')).toEqual([
      'one',
      'two',
      'three',
    ])
    expect(await texts('"one"\n{"text": "two"}\n', 'a.jsonl')).toEqual(['one', 'two'])
    expect(await texts('input,other\none,1\n', 'a.csv')).toEqual(['one'])
  })

  it.each([
    [
      '{"text": "a"}\n7\n',
      'a.jsonl',
      'dataset embedding: a.jsonl line 2: must be a text or an object with "text", got number',
    ],
    [
      '{"text": "a"}\n{"title": "b"}\n',
      'a.jsonl',
      'dataset embedding: a.jsonl line 2: field "text" must be a non-empty string, got nothing; the fields there are: title',
    ],
    [
      '["a",\n""]',
      'a.json',
      'dataset embedding: a.json line 2: must be a text or an object with "text", got an empty string',
    ],
  ])('of %j names file, line and field', async (content, name, message) => {
    expect((await errorOf(() => texts(content, name))).message).toBe(message)
  })
})
