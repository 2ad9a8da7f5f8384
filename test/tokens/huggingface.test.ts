import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadTokenizer } from '../../src/tokens/index.ts'
import { errorOf } from '../datasets/files.ts'

/** Trained and applied by Hugging Face's own library in Python (data/make.py). */
const data = (name: string): string => fileURLToPath(new URL(`./data/${name}`, import.meta.url))
interface Expected {
  encoded: { text: string; ids: number[] }[]
  chat?: { messages: { role: string; content: string }[]; rendered: string; ids: number[] }
}
const expectedOf = (name: string): Expected => JSON.parse(readFileSync(data(`${name}.expected.json`), 'utf8'))

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'perfgate-tokenizer-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

describe.each(['bpe', 'unigram', 'wordpiece'])('a %s tokenizer.json', (name) => {
  it('gives the ids that the Python library gives', async () => {
    const { encode, count } = await loadTokenizer({ tokenizerPath: data(name) })
    for (const { text, ids } of expectedOf(name).encoded) {
      expect(encode(text), JSON.stringify(text)).toEqual(ids)
      expect(count(text)).toBe(ids.length)
    }
  })

  it('may be named as the file or the folder that holds it', async () => {
    const byFile = await loadTokenizer({ tokenizerPath: join(data(name), 'tokenizer.json') })
    expect(byFile.encode('How does it work?')).toEqual(
      (await loadTokenizer({ tokenizerPath: data(name) })).encode('How does it work?'),
    )
  })
})

describe('a chat template', () => {
  it('renders and counts as Jinja2 and the Python library do', async () => {
    const tokenizer = await loadTokenizer({ tokenizerPath: data('bpe') })
    const { messages, rendered, ids } = expectedOf('bpe').chat!
    expect(tokenizer.renderChat!(messages)).toBe(rendered)
    expect(tokenizer.encode(rendered)).toEqual(ids)
    expect(tokenizer.countMessages(messages)).toBe(ids.length)
  })

  it('takes the texts of content parts', async () => {
    const tokenizer = await loadTokenizer({ tokenizerPath: data('bpe') })
    const content = [
      { type: 'text', text: 'Hello, world!' },
      { type: 'image_url', image_url: { url: 'data:,' } },
    ]
    expect(tokenizer.countMessages([{ role: 'user', content }])).toBe(
      tokenizer.countMessages([{ role: 'user', content: 'Hello, world!' }]),
    )
  })

  it('may lie in a file of its own, which wins', async () => {
    const path = folder({
      'tokenizer.json': readFileSync(join(data('bpe'), 'tokenizer.json'), 'utf8'),
      'tokenizer_config.json': JSON.stringify({ chat_template: 'no', bos_token: { content: '<|im_start|>' } }),
      'chat_template.jinja': '{{ bos_token }}{{ messages[0].content }}',
    })
    const { renderChat } = await loadTokenizer({ tokenizerPath: path })
    expect(renderChat!([{ role: 'user', content: 'Hi' }])).toBe('<|im_start|>Hi')
  })

  it.each([
    ['in chat_template.json', '{{ bos_token }}{{ messages[0].content }}', '<|im_start|>Hi'],
    [
      'that knows parts alone',
      "{% for part in messages[0].content %}{% if part.type == 'text' %}[{{ part.text }}]{% endif %}{% endfor %}",
      '[Hi]',
    ],
  ])('of a model that sees is read, %s', async (_, chat_template, expected) => {
    const path = folder({
      'tokenizer.json': readFileSync(join(data('bpe'), 'tokenizer.json'), 'utf8'),
      'tokenizer_config.json': JSON.stringify({ chat_template: 'no', bos_token: '<|im_start|>' }),
      'chat_template.json': JSON.stringify({ chat_template }),
    })
    const { renderChat, countMessages, count } = await loadTokenizer({ tokenizerPath: path })
    const content = [
      { type: 'image_url', image_url: { url: 'data:,' } },
      { type: 'text', text: 'Hi' },
    ]
    for (const one of ['Hi', content]) {
      expect(renderChat!([{ role: 'user', content: one }])).toBe(expected)
      expect(countMessages([{ role: 'user', content: one }])).toBe(count(expected))
    }
  })

  it('that refuses the messages says so', async () => {
    const path = folder({
      'tokenizer.json': readFileSync(join(data('bpe'), 'tokenizer.json'), 'utf8'),
      'chat_template.jinja': "{{ raise_exception('roles must alternate') }}",
    })
    const { countMessages } = await loadTokenizer({ tokenizerPath: path })
    const { message } = await errorOf(() => countMessages([{ role: 'user', content: 'Hi' }]))
    expect(message).toMatch(
      /^option "tokenizerPath": the chat template of ".*": roles must alternate; give applyChatTemplate/,
    )
  })
})

describe('a tokenizer that cannot be used', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['is missing', {}, /no file ".*tokenizer\.json"; name a tokenizer\.json, the folder that holds it, or owner\/name/],
    [
      'is SentencePiece only',
      { 'tokenizer.model': '' },
      /it holds tokenizer\.model only, which transformers saves as tokenizer\.json/,
    ],
    ['is no JSON', { 'tokenizer.json': '{' }, /cannot use ".*tokenizer\.json" \(.*\): Expected property name/],
    ['is other JSON', { 'tokenizer.json': '[]' }, /it is no JSON object/],
  ])('%s: the error says so', async (_, files, message) => {
    const error = await errorOf(() => loadTokenizer({ tokenizerPath: folder(files) }))
    expect(error.message).toMatch(message)
    expect(error.option).toBe('tokenizerPath')
  })
})

describe('a path', () => {
  it.each(['./nope', '../nope', '/nope/nope', '~/nope', 'folder/tokenizer.json', 'a/b/c'])(
    '%s that does not exist is never asked of a hub',
    async (tokenizerPath) => {
      const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('the hub was asked'))
      onTestFinished(() => asked.mockRestore())
      const { message } = await errorOf(() => loadTokenizer({ tokenizerPath, dataSource: 'huggingface' }))
      expect(message).toContain(`option "tokenizerPath": the path "${tokenizerPath}" does not exist`)
      expect(message).toMatch(
        tokenizerPath.startsWith('~') ? /write the home folder in full/ : /name a tokenizer\.json, the folder/,
      )
      expect(asked).not.toHaveBeenCalled()
    },
  )
})

describe('a tokenizer of someone else', () => {
  const vocabulary = readFileSync(join(data('bpe'), 'tokenizer.json'), 'utf8')

  it.each(['tokenizer_config.json', 'chat_template.jinja', 'chat_template.json'])(
    'reads no %s outside its folder, and no pipe',
    async (name) => {
      const other = folder({ secret: '{"chat_template":"a secret"}' })
      const path = folder({ 'tokenizer.json': vocabulary })
      symlinkSync(join(other, 'secret'), join(path, name))
      const { message } = await errorOf(() => loadTokenizer({ tokenizerPath: path }))
      expect(message).toMatch(/^option "tokenizerPath": cannot use ".*it lies outside the folder/)
      rmSync(join(path, name))
      execFileSync('mkfifo', [join(path, name)])
      expect((await errorOf(() => loadTokenizer({ tokenizerPath: path }))).message).toMatch(/it is a named pipe/)
    },
  )
})
