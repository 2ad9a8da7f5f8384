import { fileURLToPath } from 'node:url'
import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { type ResolvedConfig, resolveConfig } from '../../src/config/index.ts'
import { type Prompt, readPrompts } from '../../src/datasets/index.ts'
import { plannedCount } from '../../src/datasets/madeUp.ts'
import { loadTokenizer } from '../../src/tokens/index.ts'
import { errorOf, file, options, textsOf } from './files.ts'

const tokenizerPath = fileURLToPath(new URL('../tokens/data/bpe', import.meta.url))
const tokenizer = await loadTokenizer({ tokenizerPath })
const url = 'http://127.0.0.1:1/v1/completions'
const chatUrl = 'http://127.0.0.1:1/v1/chat/completions'
const read = (given: Record<string, unknown>, limit = 20): Promise<Prompt[]> =>
  readPrompts(resolveConfig({ url, tokenizerPath, ...given }), limit)
const lengths = (texts: readonly string[]): number[] => texts.map((text) => tokenizer.count(text))

/** How many prompts of a length known ahead would be made. */
async function planned(config: ResolvedConfig, count: number, notices: string[]): Promise<{ count: number }> {
  const asked = { ...options(undefined), config, count, notice: (text: string) => void notices.push(text) }
  return { count: plannedCount(asked, () => config.minPromptLength) }
}

describe('random', () => {
  it('makes as many prompts as are wanted, all different, of every length in the range and no other', async () => {
    const texts = textsOf(await read({ dataset: 'random', minPromptLength: 30, maxPromptLength: 33 }, 60))
    expect(new Set(texts).size).toBe(60)
    expect(new Set(lengths(texts))).toEqual(new Set([30, 31, 32, 33]))
  })

  it('puts the shared prefix on top of them', async () => {
    const given = { dataset: 'random', minPromptLength: 10, maxPromptLength: 10, prefixLength: 25 }
    const texts = textsOf(await read(given))
    expect(new Set(lengths(texts))).toEqual(new Set([35]))
    expect(new Set(texts.map((text) => tokenizer.encode(text).slice(0, 25).join())).size).toBe(1)
    expect(new Set(texts.map((text) => tokenizer.encode(text)[25])).size).toBeGreaterThan(10)
  })

  it('on chat is as long as the server will count it, its template included', async () => {
    const [prompt] = textsOf(await read({ dataset: 'random', url: chatUrl, minPromptLength: 50, maxPromptLength: 50 }))
    expect(tokenizer.countMessages([{ role: 'user', content: prompt }])).toBe(50)
  })

  it('is the same for the same seed, and another for another', async () => {
    const texts = async (loadSeed: number) => textsOf(await read({ dataset: 'random', maxPromptLength: 20, loadSeed }))
    expect(await texts(1)).toEqual(await texts(1))
    const other = await texts(2)
    for (const text of await texts(1)) expect(other).not.toContain(text)
  })

  it('has other contents of the same lengths with another salt, and the same with the same', async () => {
    const texts = async (promptSalt: string) =>
      textsOf(await read({ dataset: 'random', maxPromptLength: 90, prefixLength: 9, promptSalt }))
    const [one, other] = [await texts('one'), await texts('other')]
    expect(await texts('one')).toEqual(one)
    expect(lengths(other)).toEqual(lengths(one))
    const begins = [...one, ...other].map((text) => tokenizer.encode(text).slice(0, 9).join())
    expect(new Set(begins).size).toBe(2)
    expect(other.filter((text) => one.includes(text))).toEqual([])
  })

  it('skips what the offset says', async () => {
    const given = { dataset: 'random', maxPromptLength: 20 }
    expect(await read({ ...given, datasetOffset: 3 }, 5)).toEqual((await read(given, 8)).slice(3))
  })

  it('as token ids has exactly as many', async () => {
    const prompts = await read({ dataset: 'random', tokenizePrompt: true, minPromptLength: 17, maxPromptLength: 17 })
    for (const { tokenIds } of prompts) expect(tokenIds).toHaveLength(17)
  })

  it('makes the same prompts on any number of threads, and with the offset of any', async () => {
    const given = { dataset: 'random', minPromptLength: 20, maxPromptLength: 90, prefixLength: 5, loadSeed: 3 }
    const one = await read({ ...given, numWorkers: 1 }, 40)
    expect(await read({ ...given, numWorkers: 2 }, 40)).toEqual(one)
    expect(await read({ ...given, numWorkers: 3, datasetOffset: 30 }, 10)).toEqual(one.slice(30))
  })

  it('makes no more than 32 million tokens up, and says so', async () => {
    const notices: string[] = []
    const config = resolveConfig({
      dataset: 'random',
      url,
      tokenizerPath,
      numWorkers: 2,
      minPromptLength: 1e7,
      maxPromptLength: 1e7,
    })
    const { count } = await planned(config, 100, notices)
    expect(count).toBe(4)
    expect(notices).toEqual(['made up 4 prompts, 40000000 tokens in all; later requests repeat them'])
  })

  it('refuses an empty range', async () => {
    expect((await errorOf(() => read({ dataset: 'random', minPromptLength: 9, maxPromptLength: 8 }))).message).toBe(
      'option "minPromptLength": 9 is more than maxPromptLength, 8',
    )
  })
})

describe('random_vl', () => {
  it.each([
    ['RGB', 3],
    ['RGBA', 4],
    ['L', 1],
  ])('has PNG images of the size, number and colours (%s) asked for', async (imageFormat, channels) => {
    const [first, second] = (await read(
      {
        dataset: 'random_vl',
        url: chatUrl,
        minPromptLength: 40,
        maxPromptLength: 40,
        imageWidth: 30,
        imageHeight: 20,
        imageNum: 2,
        imageFormat,
      },
      2,
    )) as { messages: { content: { text?: string; image_url?: { url: string } }[] }[] }[]
    const [text, ...images] = first!.messages[0]!.content
    expect(tokenizer.countMessages([{ role: 'user', content: text!.text }])).toBe(40)
    expect(images).toHaveLength(2)
    const urls = [...images, ...second!.messages[0]!.content.slice(1)].map((part) => part.image_url!.url)
    expect(new Set(urls).size).toBe(4)
    for (const image of urls) {
      expect(image).toMatch(/^data:image\/png;base64,/)
      const png = decode(Buffer.from(image.slice(image.indexOf(',') + 1), 'base64'))
      expect([png.width, png.height, png.channels]).toEqual([30, 20, channels])
    }
  })
})

describe('speed_benchmark', () => {
  it.each([
    ['speed_benchmark', [1, 1, 6144, 6144, 14336, 14336, 30720, 30720]],
    ['speed_benchmark_long', [63488, 63488, 129024, 129024]],
  ])('%s has two prompts of each length, with 2048 output tokens', async (dataset, expected) => {
    const prompts = await read({ dataset })
    expect(lengths(textsOf(prompts))).toEqual(expected)
    expect(prompts.map(({ maxTokens }) => maxTokens)).toEqual(expected.map(() => 2048))
  })

  it('without a tokenizer repeats one character that is a token', async () => {
    const texts = textsOf(await readPrompts(resolveConfig({ dataset: 'speed_benchmark' }), 8))
    expect(texts.map((text) => [text.length, new Set(text).size])).toEqual(
      [1, 1, 6144, 6144, 14336, 14336, 30720, 30720].map((length) => [length, 1]),
    )
  })
})

describe('random_embedding and random_rerank', () => {
  it('have texts of the lengths asked for', async () => {
    const prompts = await read({ dataset: 'random_embedding', minPromptLength: 5, maxPromptLength: 7 })
    for (const { inputs } of prompts) {
      expect(inputs).toHaveLength(1)
      expect([5, 6, 7]).toContain(tokenizer.count(inputs![0]!))
    }
  })

  it('in batches, whose size may be in extraArgs as well', async () => {
    const given = { dataset: 'random_embedding_batch', minPromptLength: 5, maxPromptLength: 5 }
    const sizes = async (more: object) => (await read({ ...given, ...more }, 1)).map(({ inputs }) => lengths(inputs!))
    expect(await sizes({})).toEqual([Array(8).fill(5)])
    expect(await sizes({ datasetArgs: { batch_size: 3 } })).toEqual([[5, 5, 5]])
    expect(await sizes({ extraArgs: { batch_size: 2 } })).toEqual([[5, 5]])
  })

  it('rank documents so many times as long as the query', async () => {
    const given = { dataset: 'random_rerank', minPromptLength: 6, maxPromptLength: 6 }
    const [prompt] = await read({ ...given, datasetArgs: { num_documents: 3, document_length_ratio: 2.5 } }, 1)
    expect(tokenizer.count(prompt!.rerank!.query)).toBe(6)
    expect(lengths(prompt!.rerank!.documents)).toEqual([15, 15, 15])
    expect((await read(given, 1))[0]!.rerank!.documents).toHaveLength(10)
  })
})

describe('a salt', () => {
  const trace = () =>
    file(
      [
        { timestamp: 0, input_length: 70, output_length: 5, hash_ids: [1, 2, 3] },
        { timestamp: 9, input_length: 64, output_length: 7, hash_ids: [1, 2] },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
      'salted.jsonl',
    )
  const textsIn = (prompt: Prompt): string[] =>
    prompt.rerank !== undefined
      ? [prompt.rerank.query, ...prompt.rerank.documents]
      : (prompt.inputs ?? ('text' in prompt ? [prompt.text] : []))

  it.each([
    { dataset: 'random_embedding' },
    { dataset: 'random_embedding_batch' },
    { dataset: 'random_rerank', datasetArgs: { num_documents: 2, document_length_ratio: 2 } },
    {
      dataset: 'synthetic',
      datasetArgs: { input: { kind: 'uniform', min: 4, max: 40 }, output: { kind: 'uniform', min: 1, max: 9 } },
    },
    { dataset: 'mooncake', datasetArgs: { block_size: 32 } },
    {
      dataset: 'mix',
      datasetArgs: { scenarios: [{ dataset: 'random' }, { dataset: 'synthetic', args: { input: 8 } }] },
    },
  ])('changes what $dataset says, and not how much or in which order', async (given) => {
    const shape = { minPromptLength: 5, maxPromptLength: 30, datasetPath: trace() }
    const of = async (promptSalt: string) => read({ ...shape, ...given, promptSalt }, 12)
    const [one, other] = [await of('one'), await of('other')]
    expect(other.map((prompt) => lengths(textsIn(prompt)))).toEqual(one.map((prompt) => lengths(textsIn(prompt))))
    expect(other.map(({ maxTokens }) => maxTokens)).toEqual(one.map(({ maxTokens }) => maxTokens))
    const said = new Set(one.flatMap(textsIn))
    expect(other.flatMap(textsIn).filter((text) => said.has(text))).toEqual([])
  })

  it('changes pictures', async () => {
    const given = { dataset: 'random_vl', url: chatUrl, maxPromptLength: 40, imageWidth: 30, imageHeight: 20 }
    const images = async (promptSalt: string) =>
      JSON.stringify(await read({ ...given, promptSalt }, 3)).match(/base64,[^"]+/g)!
    const one = await images('one')
    expect(one).toHaveLength(3)
    expect((await images('other')).filter((image) => one.includes(image))).toEqual([])
  })
})

describe('synthetic', () => {
  const made = async (datasetArgs: object, limit = 300) => {
    const prompts = await read({ dataset: 'synthetic', datasetArgs }, limit)
    return {
      texts: textsOf(prompts),
      tokens: lengths(textsOf(prompts)),
      outputs: prompts.map(({ maxTokens }) => maxTokens),
    }
  }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

  it('has lengths that are constant, or uniform over a range', async () => {
    expect(new Set((await made({ input: 12, output: 3 })).tokens)).toEqual(new Set([12]))
    const { tokens, outputs } = await made({
      input: { kind: 'uniform', min: 4, max: 7 },
      output: { kind: 'constant', value: 9 },
    })
    expect(new Set(tokens)).toEqual(new Set([4, 5, 6, 7]))
    expect(new Set(outputs)).toEqual(new Set([9]))
  })

  it('normal and log-normal, within bounds', async () => {
    const { tokens, outputs } = await made({
      input: { kind: 'normal', mean: 30, stddev: 5, min: 20, max: 40 },
      output: { kind: 'lognormal', median: 100, sigma: 0.5 },
    })
    expect(Math.min(...tokens)).toBeGreaterThanOrEqual(20)
    expect(Math.max(...tokens)).toBeLessThanOrEqual(40)
    // Five standard errors of a mean of 300: 5 × 5 / √300.
    expect(Math.abs(mean(tokens) - 30)).toBeLessThan(1.5)
    const logarithms = outputs.map((tokens) => Math.log(tokens!))
    expect(Math.abs(mean(logarithms) - Math.log(100))).toBeLessThan((5 * 0.5) / Math.sqrt(300))
    const deviation = Math.sqrt(mean(logarithms.map((value) => (value - mean(logarithms)) ** 2)))
    expect(deviation).toBeGreaterThan(0.4)
    expect(deviation).toBeLessThan(0.6)
  })

  it('as in a file: CSV, JSONL or a length per line', async () => {
    const csv = file('prompt_tokens,x\n5,1\n9,2\n', 'lengths.csv')
    const empirical = { kind: 'empirical', file: csv, field: 'prompt_tokens' }
    expect(new Set((await made({ input: empirical }, 50)).tokens)).toEqual(new Set([5, 9]))
    const lines = { kind: 'empirical', file: file('6\n8\n', 'lengths.txt') }
    expect(new Set((await made({ input: lines }, 50)).tokens)).toEqual(new Set([6, 8]))
    const wrong = { kind: 'empirical', file: file('{"tokens":5}\n{"tokens":"x"}\n', 'lengths.jsonl') }
    expect((await errorOf(() => made({ input: wrong }))).message).toBe(
      'dataset synthetic: lengths.jsonl line 2: field "tokens" must be a length in tokens, got "x"',
    )
  })

  it('shares beginnings in groups', async () => {
    const { texts, tokens } = await made({ input: 5, prefix_tokens: 20, prefix_groups: 3 }, 60)
    expect(new Set(tokens)).toEqual(new Set([25]))
    expect(new Set(texts.map((text) => tokenizer.encode(text).slice(0, 20).join())).size).toBe(3)
    expect(new Set(texts).size).toBe(60)
  })

  it('refuses a distribution that is none', async () => {
    expect((await errorOf(() => made({ input: { kind: 'gauss' } }))).message).toMatch(
      /^option "datasetArgs": dataset synthetic: key "input/,
    )
  })
})

describe('mooncake', () => {
  const rows = [
    { timestamp: 0, input_length: 70, output_length: 5, hash_ids: [1, 2, 3] },
    { timestamp: 9, input_length: 64, output_length: 7, hash_ids: [1, 2] },
    { timestamp: 9, input_length: 40, output_length: 1, hash_ids: [4, 5] },
  ]
  const trace = (lines: object[]) => file(lines.map((line) => JSON.stringify(line)).join('\n'), 'trace.jsonl')
  const prompts = (lines: object[]) =>
    read({ dataset: 'mooncake', datasetPath: trace(lines), datasetArgs: { block_size: 32 } })

  it('has the lengths of the trace, and the same tokens where blocks are the same', async () => {
    const read = await prompts(rows)
    expect(lengths(textsOf(read))).toEqual([70, 64, 40])
    expect(read.map(({ maxTokens }) => maxTokens)).toEqual([5, 7, 1])
    const [first, second, third] = textsOf(read).map((text) => tokenizer.encode(text))
    expect(second).toEqual(first!.slice(0, 64))
    expect(third!.slice(0, 32)).not.toEqual(first!.slice(0, 32))
  })

  it.each([
    [{ input_length: 'x' }, 'field "input_length" must be an integer of at least 1, got "x"'],
    [{ output_length: undefined }, 'field "output_length" must be an integer of at least 1, got nothing'],
    [{ hash_ids: 7 }, 'field "hash_ids" must be an array of integers, got number'],
  ])('with %o names file, line and field', async (change, message) => {
    expect((await errorOf(() => prompts([rows[0]!, { ...rows[1], ...change }]))).message).toBe(
      `dataset mooncake: trace.jsonl line 2: ${message}`,
    )
  })
})

describe('mix', () => {
  const questions = () =>
    file('{"question":"a"}\n{"question":"b"}\n{"question":"too long to be taken among those of so few tokens"}\n')
  const scenarios = () => [
    { dataset: 'openqa', path: questions(), weight: 3, max_tokens: 64 },
    { dataset: 'synthetic', args: { input: 10 }, weight: 1 },
  ]
  const mixed = (given: object, limit = 400) => read({ dataset: 'mix', maxPromptLength: 10, datasetArgs: given }, limit)

  it('draws each dataset by its weight, from its beginning again after its end, within its lengths', async () => {
    const prompts = await mixed({ scenarios: scenarios() })
    const fromFile = prompts.filter(({ maxTokens }) => maxTokens === 64)
    // Binomial with p = 3/4: five standard deviations of 400 draws.
    expect(Math.abs(fromFile.length - 300)).toBeLessThan(5 * Math.sqrt(400 * 0.75 * 0.25))
    expect(textsOf(fromFile).slice(0, 4)).toEqual(['a', 'b', 'a', 'b'])
    const others = textsOf(prompts.filter(({ maxTokens }) => maxTokens === undefined))
    expect(new Set(lengths(others))).toEqual(new Set([10]))
  })

  it.each([
    [{}, 'key "scenarios": '],
    [{ scenarios: [{ dataset: 'opnqa' }] }, 'unknown value "opnqa", did you mean "openqa"?'],
    [{ scenarios: [{ dataset: 'mix' }] }, 'a mix cannot be part of a mix'],
    [
      { scenarios: [{ dataset: 'synthetic', args: { inptu: 1 } }] },
      'dataset synthetic: unknown key "inptu", did you mean "input"?',
    ],
    [{ scenarios: [{ dataset: 'openqa', weight: 0 }] }, 'key "scenarios[0].weight": too small'],
  ])('refuses %o', async (given, message) => {
    expect((await errorOf(() => mixed(given))).message).toContain(message)
  })

  it('refuses a dataset without prompts', async () => {
    const given = { scenarios: [{ dataset: 'openqa', path: file('') }] }
    expect((await errorOf(() => mixed(given))).message).toMatch(/dataset mix: openqa of ".*" holds no prompts$/)
  })
})
