import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { type Prompt, readPrompts } from '../../src/datasets/index.ts'
import { errorOf, file } from './files.ts'

const read = (given: Record<string, unknown>): Promise<Prompt[]> => readPrompts(resolveConfig(given), 100)
const png = Buffer.from(encode({ width: 2, height: 1, data: new Uint8Array(6), channels: 3 }))
const dataUrl = `data:image/png;base64,${png.toString('base64')}`

describe('embedding', () => {
  const lines = (content: string, given: object = {}, name = 'texts.txt') =>
    read({ dataset: 'embedding', datasetPath: file(content, name), ...given })

  it('sends each text alone, and its text where an API has no embeddings', async () => {
    expect(await lines('one\ntwo\n')).toEqual([
      { text: 'one', inputs: ['one'] },
      { text: 'two', inputs: ['two'] },
    ])
  })

  it('leaves out texts by their length, of a batch each for itself', async () => {
    const given = { minPromptLength: 2, maxPromptLength: 3 }
    expect((await lines('a\nbb\nccc\ndddd\n', given)).map(({ inputs }) => inputs)).toEqual([['bb'], ['ccc']])
    const batches = await lines('a\nbb\nccc\ndddd\nee\n', {
      ...given,
      dataset: 'embedding_batch',
      datasetArgs: { batch_size: 2 },
    })
    expect(batches).toEqual([
      { text: 'bb\nccc', inputs: ['bb', 'ccc'] },
      { text: 'ee', inputs: ['ee'] },
    ])
  })

  it('needs a file, and texts in it', async () => {
    expect((await errorOf(() => read({ dataset: 'embedding' }))).message).toContain(
      'dataset embedding needs a file of texts',
    )
    expect((await errorOf(() => lines('title\nx\n', {}, 'texts.csv'))).message).toBe(
      'dataset embedding: texts.csv line 2: field "text" must be a non-empty string, got nothing; the fields there are: title',
    )
  })
})

describe('rerank', () => {
  const pairs = (content: string, name = 'pairs.jsonl') => read({ dataset: 'rerank', datasetPath: file(content, name) })

  it('takes a query and documents, by any of their names; in CSV the documents are JSON', async () => {
    const expected = { text: 'q\na\nb', rerank: { query: 'q', documents: ['a', 'b'] } }
    for (const field of ['documents', 'passages', 'texts'])
      expect(await pairs(JSON.stringify({ query: 'q', [field]: ['a', 'b'] }))).toEqual([expected])
    expect(await pairs('query,documents\nq,"[""a"",""b""]"\n', 'pairs.csv')).toEqual([expected])
  })

  it.each([
    [{ documents: ['a'] }, 'field "query" must be a non-empty string, got nothing; the fields there are: documents'],
    [{ query: 'q' }, 'field "documents" must be a non-empty array of texts, got nothing'],
    [{ query: 'q', passages: [] }, 'field "passages" must be a non-empty array of texts, got an empty array'],
    [{ query: 'q', documents: 'a' }, 'field "documents" must be a non-empty array of texts, got string'],
    [{ query: 'q', documents: ['a', 1] }, 'field "documents[1]" must be a text, got number'],
  ])('of %j names file, line and field', async (row, message) => {
    const good = '{"query":"q","documents":["a"]}\n'
    expect((await errorOf(() => pairs(good + JSON.stringify(row)))).message).toBe(
      `dataset rerank: pairs.jsonl line 2: ${message}`,
    )
  })
})

describe('images', () => {
  function folder(files: Record<string, string | Uint8Array>): string {
    const path = dirname(file('', 'unused'))
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), content)
    }
    return path
  }
  const images = async (datasetPath: string, dataset = 'flickr8k') =>
    (await read({ dataset, datasetPath })).map((prompt) => {
      const { content } = (prompt as { messages: { content: { text?: string; image_url?: { url: string } }[] }[] })
        .messages[0]!
      return [content[0]!.text, content[1]!.image_url!.url]
    })

  it('lie beside texts of the same name', async () => {
    const path = folder({ 'a.png': png, 'a.txt': 'A dog\n', 'b.png': png, 'notes.md': '' })
    expect(await images(path)).toEqual([
      ['A dog', dataUrl],
      ['Describe the image', dataUrl],
    ])
  })

  it('are named by path, URL, data URL or base64', async () => {
    const long = Buffer.concat([png, Buffer.alloc(100)])
    const rows = [
      { image: 'inner/a.png', text: 'path' },
      { image: 'https://example.org/a.jpg', text: 'url' },
      { image: dataUrl, text: 'data' },
      { image: long.toString('base64'), text: 'base64' },
      { image: { bytes: null, path: 'inner/a.png' }, text: 'table' },
    ]
    const path = folder({ 'x.jsonl': rows.map((row) => JSON.stringify(row)).join('\n'), 'inner/a.png': png })
    expect(await images(join(path, 'x.jsonl'), 'kontext_bench')).toEqual([
      ['path', dataUrl],
      ['url', 'https://example.org/a.jpg'],
      ['data', dataUrl],
      ['base64', `data:image/png;base64,${long.toString('base64')}`],
      ['table', dataUrl],
    ])
  })

  it('that are missing, or are none, are named with file, line and field', async () => {
    const rows = '{"file_name":"a.png","text":"x"}\n{"file_name":"b.png","text":"x"}\n'
    const missing = folder({ 'metadata.jsonl': rows, 'a.png': png })
    expect((await errorOf(() => images(missing))).message).toMatch(
      /^dataset flickr8k: metadata\.jsonl line 2: field "file_name": cannot read image ".*b\.png": no such file/,
    )
    const text = folder({ 'metadata.jsonl': rows, 'a.png': png, 'b.png': 'not an image at all' })
    expect((await errorOf(() => images(text))).message).toMatch(
      /^dataset flickr8k: metadata\.jsonl line 2: field "file_name": ".*b\.png" is no image \(jpg, png, gif, webp, bmp, tiff\)$/,
    )
    const other = folder({ 'metadata.jsonl': '{"title":"x"}' })
    expect((await errorOf(() => images(other))).message).toBe(
      'dataset flickr8k: metadata.jsonl line 1: field "image" is missing; the fields there are: title',
    )
  })

  it('in a folder without any are asked for in the forms there are', async () => {
    expect((await errorOf(() => images(folder({ '0.tar': '' })))).message).toMatch(
      /holds no images; put in it metadata\.jsonl .*; extract its \.tar files first$/,
    )
    for (const dataset of ['flickr8k', 'kontext_bench'])
      expect((await errorOf(() => read({ dataset }))).message).toContain(`dataset ${dataset} does not ship; get `)
    expect((await errorOf(() => images('/nowhere'))).message).toBe(
      'option "datasetPath": no file or folder "/nowhere" for dataset flickr8k',
    )
  })
})

describe('custom', () => {
  const own = (source: string, datasetArgs = {}) =>
    read({ dataset: 'custom', datasetPath: file(source, 'own.mjs'), datasetArgs })

  it('takes a list, a generator, or an async function that gives either, with its arguments', async () => {
    expect(await own("export default ['a', [{ role: 'user', content: 'b' }]]")).toEqual([
      { text: 'a' },
      { messages: [{ role: 'user', content: 'b' }] },
    ])
    const generator =
      'export default async function* ({ args }) { for (let i = 0; i < args.n; i++) yield ["p0", "p1"][i] }'
    expect(await own(generator, { n: 2 })).toEqual([{ text: 'p0' }, { text: 'p1' }])
    expect(await own('export default async () => [{ body: { messages: [] } }]')).toEqual([{ body: { messages: [] } }])
  })

  it('gives inputs, documents and token ids a text for APIs without them', async () => {
    expect(
      await own(
        "export default [{ inputs: ['a', 'b'] }, { rerank: { query: 'q', documents: ['d'] } }, { tokenIds: [1] }]",
      ),
    ).toEqual([
      { text: 'a\nb', inputs: ['a', 'b'] },
      { text: 'q\nd', rerank: { query: 'q', documents: ['d'] } },
      { text: '', tokenIds: [1] },
    ])
  })

  it('reads the lines of any other file', async () => {
    const datasetPath = file(' one \n\ntwo\n', 'own.txt')
    expect(await read({ dataset: 'custom', datasetPath })).toEqual([{ text: 'one' }, { text: 'two' }])
  })

  it.each([
    ['export default 7', /must export by default prompts, or a function .*; got number$/],
    ['export const prompts = []', /got nothing$/],
    ['export default (', /^option "datasetPath": dataset custom: ".*own\.mjs": /],
    ["throw new Error('no data today')", /own\.mjs": no data today$/],
    [
      "export default ['a', 7]",
      /^dataset custom: own\.mjs prompt 2: must be a text, messages, or an object with one of text, .*; got number$/,
    ],
  ])('of %j says what is wrong', async (source, message) => {
    expect((await errorOf(() => own(source))).message).toMatch(message)
  })

  it('says that there is no such module', async () => {
    expect((await errorOf(() => read({ dataset: 'custom', datasetPath: '/nowhere/own.ts' }))).message).toBe(
      'option "datasetPath": no file "/nowhere/own.ts" for dataset custom',
    )
  })
})
