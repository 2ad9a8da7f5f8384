/** Prompts from a cache: servers that report them, and what a run does to have none there. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderMarkdown, renderText, runDocument } from '../../src/report/index.ts'
import { runComparison, runPerfBenchmark } from '../../src/run/index.ts'
import { loadTokenizer } from '../../src/tokens/index.ts'
import { type Answering, answering, chat } from './answers.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-'))
const base = () => ({ model: 'm', noTestConnection: true, outputsDir: folder() })
const tokenizer = await loadTokenizer({ model: 'm' })

const promptOf = (body: Record<string, unknown>): string => (body['messages'] as { content: string }[])[0]!.content
const promptsOf = ({ asked }: Answering): string[] => asked.map(promptOf)

/**
 * Answers like an engine with a prefix cache in blocks of 16 tokens, whose chat template puts `template` tokens before
 * each prompt; a prompt that is in the cache waits less.
 */
async function engine({ template = 0, waitMs = 0, reports = true } = {}): Promise<Answering> {
  const known = new Set<string>()
  return answering(async (body) => {
    const ids = [...Array<number>(template).fill(-1), ...tokenizer.encode(promptOf(body))]
    const blocks = Array.from({ length: Math.floor(ids.length / 16) }, (_, i) => ids.slice(0, 16 * (i + 1)).join())
    const missed = blocks.findIndex((block) => !known.has(block))
    const cached = 16 * (missed === -1 ? blocks.length : missed)
    for (const block of blocks) known.add(block)
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs * (1 - cached / ids.length)))
    const details = { prompt_tokens_details: { cached_tokens: cached } }
    const usage = { prompt_tokens: ids.length, completion_tokens: 1, ...(reports ? details : {}) }
    return chat([{ content: 'yes' }], 'stop', usage)
  })
}

const random = { dataset: 'random', minPromptLength: 64, maxPromptLength: 64 }

describe('made-up prompts', () => {
  it('are others in each run, of the same lengths, and the same with the salt that the result has', async () => {
    const server = await engine()
    const given = { ...base(), ...random, minPromptLength: 20, url: server.url, number: 5 }
    const first = await runPerfBenchmark(given)
    const salt = first.result.config['promptSalt']
    await runPerfBenchmark(given)
    await runPerfBenchmark({ ...given, promptSalt: String(salt) })
    const prompts = promptsOf(server)
    expect(new Set(prompts.slice(0, 10)).size).toBe(10)
    expect(prompts.slice(10)).toEqual(prompts.slice(0, 5))
    const lengths = prompts.map((prompt) => tokenizer.count(prompt))
    expect(lengths.slice(5, 10)).toEqual(lengths.slice(0, 5))
    expect(new Set(lengths).size).toBeGreaterThan(1)
  })

  it('have one salt in all levels of a sweep, and each level its own prompts', async () => {
    const server = await engine()
    const given = { ...base(), ...random, url: server.url, parallel: [1, 2], number: 4, sleepInterval: 0 }
    const { results } = await runPerfBenchmark(given)
    expect(new Set(results.map(({ config }) => config['promptSalt'])).size).toBe(1)
    expect(new Set(promptsOf(server)).size).toBe(8)
    for (const { promptCache } of results) expect(promptCache).toBeUndefined()
  })

  it('that the server has in its cache are told, in a table and with the remedy', async () => {
    const server = await engine()
    const given = { ...base(), ...random, url: server.url, number: 5, promptSalt: 'again' }
    const { result: clean } = await runPerfBenchmark(given)
    expect(clean.promptCache).toBeUndefined()
    expect(clean.notes.join()).not.toContain('cache')
    const { result } = await runPerfBenchmark(given)
    expect(result.promptCache).toEqual({
      fresh: { requests: 5, fromCache: 5, cachedTokens: 5 * 64 },
      repeated: { requests: 0, fromCache: 0, cachedTokens: 0 },
    })
    expect(result.notes).toContain(
      'The server had 5 of 5 prompts that were made up for this run in its prompt cache, with 320 tokens. Their times are those of a cache. Leave promptSalt (--prompt-salt) out or give another, or empty the cache of the server.',
    )
    expect(renderText(runDocument(result))).toMatch(
      /Prompts from a cache:[\s\S]*made up for this run +\| +5 +\| +5 +\| +320/,
    )
    expect(renderMarkdown(runDocument(result))).toContain('| made up for this run | 5 | 5 | 320 |')
  })

  it.each([
    ['their shared prefix', { prefixLength: 48 }, {}],
    ['what the chat template puts before them', {}, { template: 40 }],
    ['both', { prefixLength: 24 }, { template: 24 }],
  ])('are not told for %s', async (_, given, options) => {
    const server = await engine(options)
    const { result } = await runPerfBenchmark({ ...base(), ...random, ...given, url: server.url, number: 6 })
    expect(result.distributions['cachedTokens']!.max).toBeGreaterThan(0)
    expect(result.promptCache).toBeUndefined()
  })

  it('are told for what they have beyond them', async () => {
    const server = await engine({ template: 32 })
    const given = { ...base(), ...random, prefixLength: 32, url: server.url, number: 4, promptSalt: 'again' }
    await runPerfBenchmark(given)
    const { result } = await runPerfBenchmark(given)
    expect(result.promptCache!.fresh).toEqual({ requests: 4, fromCache: 4, cachedTokens: 4 * 64 })
  })
})

describe('prompts that repeat within a run', () => {
  const lines = (): string => {
    const path = join(folder(), 'lines.txt')
    writeFileSync(path, Array.from({ length: 3 }, (_, i) => `${i} ${'word '.repeat(40)}`).join('\n'))
    return path
  }

  it('are told where the server has them in its cache', async () => {
    const server = await engine()
    const given = { ...base(), dataset: 'line_by_line', datasetPath: lines(), url: server.url, number: 10 }
    const { result } = await runPerfBenchmark(given)
    expect(result.promptCache!.repeated).toMatchObject({ requests: 7, fromCache: 7 })
    expect(result.notes.join('\n')).toMatch(
      /^Prompts repeat: the run has sent 3 different ones, and 7 of 7 requests with a prompt sent before had \d+ tokens of it in the server's prompt cache\./m,
    )
    // Here each request has a body of its own, with another length of output.
    const { result: ranged } = await runPerfBenchmark({ ...given, maxTokens: [1, 9] })
    expect(ranged.promptCache!.repeated).toMatchObject({ requests: 7, fromCache: 7 })
  })

  it('are told of a level whose prompts the level before sent, and of the warmup', async () => {
    const server = await engine()
    const given = { ...base(), dataset: 'line_by_line', datasetPath: lines(), url: server.url, sleepInterval: 0 }
    const { results } = await runPerfBenchmark({ ...given, parallel: [1, 2], number: 3 })
    expect(results.map(({ promptCache }) => promptCache?.repeated.fromCache)).toEqual([undefined, 3])
    const { result } = await runPerfBenchmark({ ...given, number: 2, warmupNum: 3 })
    expect(result.promptCache!.repeated.fromCache).toBe(2)
  })

  it('are not told where the server reports no cache', async () => {
    const server = await engine({ reports: false })
    const given = { ...base(), dataset: 'line_by_line', datasetPath: lines(), url: server.url, number: 10 }
    const { result } = await runPerfBenchmark(given)
    expect([result.promptCache, result.notes]).toEqual([undefined, []])
  })
})

describe('a comparison of two sides', () => {
  const compare = (server: Answering, given: object = {}) =>
    runComparison({
      ...base(),
      ...random,
      number: 60,
      blocks: 12,
      maxBlocks: 12,
      baseline: server.url,
      candidate: server.url,
      regressions: { 'p50(latency)': '500 %' },
      ...given,
    })
  const cacheNote = (notes: readonly string[]): string | undefined =>
    notes.find((note) => note.includes('share a cache'))

  it('with one cache says so by the tokens that the server reports', async () => {
    const server = await engine()
    const { result } = await compare(server)
    expect(cacheNote(result.notes)).toBe(
      'The sides share a cache of prompts: 100 % of the input of the side that sends second in a pair of blocks came from a cache, and 0 % of the first. The change is partly that of the order, and its interval is too wide. Give each side prompts of its own (--disjoint-prompts), or servers that share nothing.',
    )
  })

  it('with one cache says so by the time, where nothing is reported', async () => {
    const { result } = await compare(await engine({ waitMs: 30, reports: false }))
    expect(cacheNote(result.notes)).toMatch(
      /the side that sends second in a pair of blocks waits \d\d % shorter for its answers, whichever side it is/,
    )
  })

  it('has no such note where each has prompts of its own, with the same lengths', async () => {
    const server = await engine()
    const { result } = await compare(server, { disjointPrompts: true, minPromptLength: 30 })
    expect(cacheNote(result.notes)).toBeUndefined()
    expect(result.config).toMatchObject({ disjointPrompts: true })
    const { order, requests } = result.blocks
    // The first two blocks are the warmup, of the prompts of the first.
    const prompts = promptsOf(server).slice(2 * requests)
    expect(new Set(prompts).size).toBe(prompts.length)
    const lengths = { B: [] as number[], C: [] as number[] }
    for (const [i, letter] of [...order].entries())
      for (const prompt of prompts.slice(i * requests, (i + 1) * requests))
        lengths[letter as 'B' | 'C'].push(tokenizer.count(prompt))
    expect(lengths.C).toEqual(lengths.B)
  })

  it('sends both the same prompts otherwise, with the salt that the result has', async () => {
    const server = await engine()
    const { result } = await compare(server)
    const { promptSalt } = result.config
    expect(promptSalt).toMatch(/^[0-9a-f]{12}$/)
    expect(new Set(promptsOf(server)).size).toBe(60)
    const again = await engine()
    await compare(again, { promptSalt })
    expect(new Set(promptsOf(again))).toEqual(new Set(promptsOf(server)))
  })

  it('refuses prompts of their own of a dataset that has one set of them', async () => {
    const server = await engine()
    await expect(compare(server, { dataset: 'openqa', disjointPrompts: true })).rejects.toThrow(
      'option "disjointPrompts": dataset openqa has one set of prompts for both sides; choose a dataset that makes them up, such as random, or leave it out',
    )
    expect(server.asked).toEqual([])
  })
})

describe('the parts of a load', () => {
  const startAt = () => new Date(Date.now() + 6000).toISOString()
  const part = (server: Answering, loadShard: string, given: object) =>
    runPerfBenchmark({ ...base(), ...random, url: server.url, number: 6, parallel: 2, loadShard, ...given })

  it('have one salt by the time at which they begin, and send each prompt once', async () => {
    const server = await engine()
    const at = startAt()
    const outcomes = await Promise.all(['1/2', '2/2'].map((shard) => part(server, shard, { startAt: at })))
    expect(outcomes.map(({ result }) => result.config['promptSalt'])).toEqual([at, at])
    expect(new Set(promptsOf(server)).size).toBe(6)
  })

  it('have one without such a time too, which they say', async () => {
    const server = await engine()
    const notices: string[] = []
    for (const shard of ['1/2', '2/2'])
      await runPerfBenchmark(
        { ...base(), ...random, url: server.url, number: 6, parallel: 2, loadShard: shard },
        { onNotice: (text) => notices.push(text) },
      )
    expect(new Set(promptsOf(server)).size).toBe(6)
    expect(notices.filter((text) => text.includes('--prompt-salt'))).toHaveLength(2)
  })
})

describe('pictures', () => {
  it('that are not in the estimated input are told', async () => {
    const server = await answering(() => chat([{ content: 'yes' }]))
    const given = { ...base(), dataset: 'random_vl', maxPromptLength: 9, imageWidth: 8, imageHeight: 8 }
    const { result } = await runPerfBenchmark({ ...given, url: server.url, number: 3 })
    expect(result.notes).toContain(
      'The input tokens of 3 answers are without their pictures, sound and video: the server reported no usage, and only texts can be counted here.',
    )
    const counted = await engine()
    const { result: text } = await runPerfBenchmark({
      ...{ ...base(), ...random, url: counted.url, number: 3 },
      // A text that speaks of pictures has none.
      ...{ dataset: 'openqa', prompt: '{"type":"image_url"}' },
    })
    expect(text.notes.join()).not.toContain('pictures')
  })
})
