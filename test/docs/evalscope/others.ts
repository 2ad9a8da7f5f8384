/** What the commands for EvalScope's APIs, datasets and outputs must do, by what the first cell of their row says. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { loadTokenizer } from '../../../src/tokens/index.ts'
import { bodies, contents, paths, tokenizer } from './flags.ts'
import { dbRows, instruction, type Ran } from './place.ts'

type Check = (...ran: [Ran, ...Ran[]]) => void

const gpt = await loadTokenizer({ model: 'qwen2.5' })
const inputs = (ran: Ran): unknown[] => bodies(ran).map(({ input }) => input)
const limits = (ran: Ran): unknown[] => bodies(ran).map((body) => body['max_tokens'])
const contentsOf =
  (...texts: string[]): Check =>
  (...all) => {
    for (const ran of all) expect(contents(ran)).toEqual(texts)
  }
/** Requests went there, and there were two of them. */
const reaches =
  (...wanted: string[]): Check =>
  (...all) => {
    expect(all.map(paths)).toEqual(wanted.map((path) => [path]))
    for (const { sent, out } of all) {
      expect(sent).toHaveLength(2)
      expect(out).toMatch(/Succeed requests +\| 2 /)
    }
  }
/** Its requests went to a server of its own, which left a log. */
const served: Check = ({ out, err, sent }) => {
  expect(out).toMatch(/Succeed requests +\| 2 /)
  expect(err).toContain('its log is outputs/any_server_')
  expect(sent).toEqual([])
}

export const APIS: Record<string, Check> = {
  openai: reaches('/v1/chat/completions', '/v1/completions'),
  openai_responses: reaches('/v1/responses'),
  openai_embedding: reaches('/v1/embeddings', '/v1/embeddings'),
  openai_rerank: reaches('/v1/rerank', '/v1/rerank'),
  dashscope: reaches('/api/v1/services/aigc/text-generation/generation'),
  custom: (ran) => {
    reaches('/v1/completions')(ran)
    for (const { prompt } of bodies(ran)) expect(prompt).toMatch(/^Q: ./)
  },
  local: served,
  local_vllm: served,
}

const shared: Check = (...all) => {
  for (const ran of all)
    expect(bodies(ran).map(({ messages }) => messages.map(({ content }) => content))).toEqual([['Hi', 'Hello', 'Why?']])
}
const pictures: Check = (...all) => {
  for (const ran of all) {
    const parts = contents(ran) as unknown as { type: string }[][]
    expect(parts.map((one) => one.map(({ type }) => type))).toEqual(Array(2).fill(['text', 'image_url']))
  }
}
const saidFirst = (ran: Ran): unknown[] =>
  (contents(ran) as unknown as { text: string }[][]).map(([first]) => first!.text)

export const DATASETS: Record<string, Check> = {
  openqa: (ran) => expect(new Set(contents(ran)).size).toBe(2),
  longalpaca: contentsOf(instruction, 'Too short'),
  line_by_line: (ran) => {
    expect(contents(ran)).toEqual(['A text.', 'Hi', 'Ho'])
    expect(bodies(ran).map((body) => body['top_k'])).toEqual([undefined, undefined, 7])
  },
  random: (ran) => expect(contents(ran).map(gpt.count)).toEqual([30, 30]),
  custom: (ran) => {
    expect(contents(ran)).toEqual(['What has keys?', 'What gets wetter?'])
    expect(limits(ran)).toEqual([2048, 3])
  },
  speed_benchmark: (ran, long) => {
    const lengths = (one: Ran): number[] => bodies(one).map(({ prompt }) => prompt.length)
    expect(lengths(ran)).toEqual([1, 1, 6144, 6144, 14_336, 14_336, 30_720, 30_720])
    expect(limits(ran)).toEqual(Array(8).fill(2048))
    if (long !== undefined) expect(lengths(long)).toEqual([63_488, 63_488])
    expect(ran.out).toMatch(/Speed Benchmark Results:\n.*\n\| Prompt Tokens \| Speed\(tokens\/s\) \|/)
  },
  share_gpt_zh: shared,
  random_vl: pictures,
  flickr8k: (flickr, kontext) => {
    pictures(flickr, kontext!)
    expect(saidFirst(flickr)).toEqual(['A dog runs', 'A child jumps'])
    expect(saidFirst(kontext!)).toEqual(['Make it night', 'Make it day'])
  },
  embedding: (one, batch) => {
    expect(inputs(one).flat()).toEqual(['first text', 'second text'])
    expect(inputs(batch!)).toEqual([['first text', 'second text'], 'third text'])
  },
  random_embedding: (one, batch) => {
    expect((inputs(one).flat() as string[]).map(gpt.count)).toEqual([20, 20])
    for (const input of inputs(batch!)) expect(input).toHaveLength(3)
  },
  rerank: (ran) =>
    expect(bodies(ran).map((body) => [body['query'], body['documents']])).toEqual([
      ['q1', ['a', 'b']],
      ['q2', ['c']],
    ]),
  random_rerank: (ran) => {
    for (const body of bodies(ran)) {
      const words = gpt.count(body['query'] as string)
      expect((body['documents'] as string[]).map(gpt.count)).toEqual(Array(3).fill(5 * words))
    }
  },
  random_multi_turn: (ran) => {
    expect(bodies(ran).map(({ messages }) => messages.length)).toEqual([1, 3])
    expect(contents(ran).map(gpt.count)).toEqual([20, 20])
  },
  share_gpt_zh_multi_turn: contentsOf('Hi', 'Why?'),
  custom_multi_turn: contentsOf('a1', 'a2', 'a3'),
  swe_smith: contentsOf('bug', 'a.py'),
  trie_agentic_coding: (...all) => {
    for (const ran of all) {
      expect(contents(ran).map(gpt.count)).toEqual([30, 12])
      expect(limits(ran)).toEqual([3, 2])
    }
  },
  workload_trace: (ran) => {
    expect(contents(ran)).toEqual(['t1', 't2'])
    expect(bodies(ran).map(({ model }) => model)).toEqual(['small', 'qwen2.5'])
    expect(ran.sent.map(({ outputTokens }) => outputTokens)).toEqual([2, 7])
    // Recorded 200 ms apart, replayed at twice the speed.
    const [first, second] = dbRows(ran).map((row) => Number(row['scheduled_time']))
    expect(Math.abs(second! - first!)).toBeCloseTo(0.1, 5)
  },
}

export const LENGTHS: Record<string, Check> = {
  target_input_len: (ran) => {
    expect(bodies(ran).map(({ prompt }) => tokenizer.count(prompt))).toEqual([8, 8])
    for (const { prompt } of bodies(ran)) expect(instruction.startsWith(prompt)).toBe(true)
  },
  prefix_file: (system, user) => {
    for (const [ran, roles] of [[system, ['system', 'user']] as const, [user!, ['user']] as const])
      for (const { messages } of bodies(ran)) {
        expect(messages.map(({ role }) => role)).toEqual(roles)
        expect(messages[0]!.content.startsWith('It was a bright day')).toBe(true)
        expect(messages.reduce((sum, { content }) => sum + tokenizer.count(content), 0)).toBe(120)
      }
  },
}

const KEYS = [
  'Time taken for tests (senconds)',
  'Number of concurrency',
  'Total requests',
  'Succeed requests',
  'Failed requests',
  'Average QPS',
  'Average latency',
  'Average time to first token',
  'Throughput(average output tokens per second)',
  'Average time per output token',
  'Average package per request',
  'Average package latency',
  'Average input tokens per request',
  'Average output tokens per request',
  'Expected number of requests',
  'Result DB path',
]
const says =
  (...texts: string[]): Check =>
  ({ out }) => {
    for (const text of texts) expect(out).toContain(text)
  }

/** By the row's first cell without its code marks. */
export const OUTPUTS: Record<string, Check> = {
  'pip install evalscope[perf]': ({ out }) => expect(out).toMatch(/^\d+\.\d+\.\d+\S*\n$/),
  'evalscope perf …': (ran) => {
    expect(ran.sent).toHaveLength(15)
    expect(paths(ran)).toEqual(['/v1/chat/completions'])
    for (const body of bodies(ran))
      expect(body).toMatchObject({ model: 'qwen2.5', stream: true, max_tokens: 2048, temperature: 0 })
    says('Benchmarking summary:', 'Percentile results:')(ran)
    expect(dbRows(ran)).toHaveLength(15)
  },
  'evalscope perf --help': says('--parallel', '--sla-auto-tune', 'Multi-turn:'),
  '"Benchmarking summary:"': ({ out }) => {
    const table = out.slice(out.indexOf('Benchmarking summary:'), out.indexOf('Percentile results:'))
    expect([...table.matchAll(/^\| (\S.*?) +\|/gm)].map(([, key]) => key)).toEqual(['key', ...KEYS])
  },
  '"Percentile results:"': ({ out, err }) => {
    const shown = err.slice(err.indexOf('Percentile results:'))
    expect([...shown.matchAll(/^\| +(\d+)% +\|/gm)].map(([, p]) => Number(p))).toEqual([
      10, 25, 50, 66, 75, 80, 90, 95, 98, 99,
    ])
    const { percentiles } = JSON.parse(out) as { percentiles: Record<string, number>[] }
    for (const row of percentiles)
      expect(Object.keys(row)).toEqual(expect.arrayContaining(['ttftSeconds', 'tpotSeconds', 'itlSeconds']))
  },
  'SQLite DB, table result': (ran, csv) => {
    const columns = [
      ...[
        'request',
        'start_time',
        'inter_token_latencies',
        'success',
        'response_messages',
        'completed_time',
        'latency',
      ],
      ...['first_chunk_latency', 'n_chunks', 'chunk_time', 'prompt_tokens', 'completion_tokens'],
      ...['time_per_output_token', 'request_id', 'is_stream'],
    ]
    expect(Object.keys(dbRows(ran)[0]!)).toEqual(expect.arrayContaining(columns))
    for (const row of dbRows(ran)) expect(JSON.parse(row['request'] as string)).toMatchObject({ model: 'qwen2.5' })
    expect(csv!.out.split('\r\n')[0]!.split(',')).toEqual(expect.arrayContaining(columns))
  },
  'performance overview': ({ out }) => {
    const overview = out.slice(out.indexOf('Performance overview:'))
    expect(overview).toMatch(/\| +Concurrency +\| +Rate +\| +Requests +\| +RPS +\| +Output tok\/s +\|.*Success +\|/)
    expect(overview).toMatch(/\| +1 +\| +unpaced +\| +4 +\|.*100 % +\|/)
    expect(overview).toMatch(/\| +2 +\| +unpaced +\| +6 +\|.*100 % +\|/)
  },
  'best configuration, recommendation': (...all) => {
    for (const { out } of all) {
      expect(out).toMatch(/^Best configuration:\n {2}Highest RPS +parallel \d.*\n {2}Lowest latency +parallel \d/m)
      expect(out).toMatch(/^(Recommended parallel: about|No knee)/m)
    }
    says('Latency over throughput:')(all[1]!)
  },
  'per-request metrics': ({ outcome }, { out } = {} as Ran) => {
    const names = ['latency', 'ttft', 'tpot', 'itl', 'inputTokens', 'outputTokens', 'outputSpeed', 'totalSpeed']
    const number = expect.any(Number)
    for (const name of names)
      expect(outcome!.result.distributions[name], name).toMatchObject({
        ...{ n: 5, mean: number, p50: number, p90: number, p95: number, p99: number },
        ...(name === 'itl' && { n: number }),
      })
    expect(readFileSync(out.trim()).subarray(0, 4).toString()).toBe('PAR1')
  },
  'per-trace metrics': says('3 conversations: 3 completed, 0 abandoned', 'Conversations:'),
  'workload throughput': (ran) => {
    contentsOf('t1', 't2')(ran)
    says('Workload throughput:', 'overall', 'steady')(ran)
  },
  'HTML report': (_, { out } = {} as Ran) => {
    expect(out.trim()).toBe('outputs/qwen2.5_all_benchmark.html')
    expect(readFileSync(out.trim(), 'utf8')).toMatch(/^<!doctype html>/i)
  },
  'benchmark_summary.json, benchmark_percentile.json, benchmark_args.json, benchmark.log': (_, { out } = {} as Ran) => {
    const folder = 'outputs/qwen2.5_all_benchmark.evalscope'
    expect(out.trim().split('\n')).toHaveLength(4)
    expect(JSON.parse(readFileSync(`${folder}/benchmark_summary.json`, 'utf8'))).toMatchObject({ 'Total requests': 5 })
    const percentiles = JSON.parse(readFileSync(`${folder}/benchmark_percentile.json`, 'utf8')) as object[]
    expect(Object.keys(percentiles[0]!)).toHaveLength(10)
    expect(JSON.parse(readFileSync(`${folder}/benchmark_args.json`, 'utf8'))).toMatchObject({ model: 'qwen2.5' })
    expect(readFileSync(`${folder}/benchmark.log`, 'utf8')).toContain('Percentile results:')
    expect(readdirSync('outputs')).toContain('qwen2.5_all_benchmark.db')
  },
  'progress bar with live figures': ({ err }) => {
    expect(err).not.toContain('not tracked')
    expect(JSON.parse(readFileSync('watched/progress.json', 'utf8'))).toMatchObject({ done: 12, failed: 0 })
  },
  'speed table': DATASETS['speed_benchmark']!,
}
