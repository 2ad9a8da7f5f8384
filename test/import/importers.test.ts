// biome-ignore-all lint/style/noExcessiveLinesPerFile: every key of every importer in one table of examples
/** Importers: every key of every table, whole files and command lines by hand, and what comes out is a valid scenario. */
import { writeFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { main } from '../../src/cli/index.ts'
import { type Draft, IMPORTERS, type Importer, type ImportInput, type KeyRule } from '../../src/import/index.ts'
import { configJsonSchema, loadScenarios, readyScenario, scenarioJsonSchema } from '../../src/scenarios/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { messageOf, placeWith } from '../scenarios/place.ts'

const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true })
const isScenario = ajv.compile(scenarioJsonSchema())
const isConfig = ajv.compile(configJsonSchema())

const importer = (name: string): Importer => IMPORTERS.find((one) => one.name === name)!
const ofText = (text: string): ImportInput => ({ text, words: undefined, file: 'f' })

/** What a tool needs beside the key that is tried. */
const BASES: Record<string, object> = {
  'inference-perf': {
    server: { base_url: 'http://h:1' },
    load: { type: 'constant', stages: [{ rate: 1, duration: 1 }] },
    api: { headers: { 'x-slo-ttft-ms': '200', 'x-slo-tpot-ms': '20' } },
  },
  guidellm: {
    spec: {
      backend: { target: 'http://h:2' },
      profile: { kind: 'constant' },
      data: [{ kind: 'synthetic_text', prompt_tokens: 10, output_tokens: 10 }],
    },
  },
  artillery: {
    config: {
      target: 'http://h:2',
      phases: [
        { duration: 5, arrivalRate: 1 },
        { duration: 5, arrivalRate: 2 },
      ],
    },
  },
  k6: { vus: 2 },
}

function inputWith(tool: Importer, { key, example }: KeyRule): ImportInput {
  if (key.startsWith('--'))
    return ofText(
      [tool.name, 'perf bench serve --model x', rampFor(key), key, ...(example === true ? [] : [`'${example}'`])].join(
        ' ',
      ),
    )
  const root = structuredClone(BASES[tool.name]!) as Record<string, unknown>
  if (key.startsWith('scenarios.*')) Object.assign(root, { scenarios: { one: { executor: executorFor(key) } } })
  const place = tool.name === 'guidellm' ? (root['spec'] as Record<string, unknown>) : root
  const path = key.replace('scenarios.*', 'scenarios.one').replaceAll('[]', '.0').split('.')
  let at: Record<string, unknown> = place
  for (const [i, part] of path.entries()) {
    if (i === path.length - 1) at[part] = example
    else {
      at[part] ??= path[i + 1] === '0' ? [] : {}
      at = at[part] as Record<string, unknown>
    }
  }
  // What the key goes with.
  if (key.includes('_distribution') && !key.includes('shared_prefix'))
    (root['data'] as Record<string, unknown>)['type'] = 'random'
  if (key.startsWith('data.shared_prefix')) (root['data'] as Record<string, unknown>)['type'] = 'shared_prefix'
  if (key === 'profile.streams') (place['profile'] as Record<string, unknown>)['kind'] = 'concurrent'
  if (key === 'data[].path') (place['data'] as Record<string, unknown>[])[0]!['kind'] = 'text_file'
  return ofText(JSON.stringify(root))
}

/** A ramp is three flags. */
function rampFor(key: string): string {
  const flags = ['--ramp-up-strategy linear', '--ramp-up-start-rps 1', '--ramp-up-end-rps 3']
  return key.startsWith('--ramp-up') ? flags.filter((flag) => !flag.startsWith(key)).join(' ') : ''
}

function executorFor(key: string): string {
  if (/\.(rate|timeUnit)$/.test(key)) return 'constant-arrival-rate'
  if (key.endsWith('startRate')) return 'ramping-arrival-rate'
  if (key.endsWith('stages')) return 'ramping-vus'
  return /iterations|maxDuration/.test(key) ? 'per-vu-iterations' : 'constant-vus'
}

/** Each option that a draft sets, and where thresholds, rows and the name are. */
function setBy(drafts: Draft[]): Set<string> {
  return new Set(
    drafts.flatMap(({ name, config, thresholds, each }) => [
      ...(name === undefined ? [] : ['name']),
      ...Object.keys(config),
      ...(Object.keys(thresholds).length > 0 ? ['thresholds'] : []),
      ...(each === undefined ? [] : ['each']),
    ]),
  )
}

describe.each(IMPORTERS)('$name', (tool) => {
  test.each(tool.keys.map((rule) => [rule.key, rule] as const))('%s', (key, rule) => {
    expect(rule.example, 'an example').not.toBeUndefined()
    const drafts = tool.read(inputWith(tool, rule))
    const notes = drafts.flatMap((draft) => draft.notes)
    if (rule.to === undefined) {
      const shown = key.replace('scenarios.*', 'scenarios.one').replace('data[]', 'data[0]').replace('[]', '[0]')
      const noted = notes.filter((note) => note.startsWith(shown))
      expect(noted.length, notes.join('\n')).toBeGreaterThan(0)
      expect(noted.join('\n')).toContain(rule.about)
    } else {
      const set = setBy(drafts)
      expect(
        rule.to.split(', ').some((option) => set.has(option) || (option === 'each' && set.has('duration'))),
        [...set].join(' '),
      ).toBe(true)
      expect(notes.filter((note) => note.includes('not known to this importer'))).toEqual([])
    }
  })

  test('a key that no table has is said, not dropped', () => {
    const drafts = tool.read(
      inputWith(
        tool,
        tool.takes === 'command' ? { key: '--no-such-flag', example: '5' } : { key: 'noSuchThing', example: 5 },
      ),
    )
    expect(drafts.flatMap(({ notes }) => notes).join('\n')).toMatch(
      /(--no-such-flag|noSuchThing) 5: not known to this importer/,
    )
  })
})

interface Case {
  tool: string
  text: string
  expected: unknown[]
  notes: (string | RegExp)[]
}

const CASES: Case[] = [
  {
    tool: 'vllm',
    text: `#!/bin/sh
# the nightly load
export X=1
vllm bench serve --backend openai-chat --model "$MODEL" --base-url=http://h:8000 \\
  --endpoint /v1/chat/completions --dataset-name random --random-input-len 100 --random-output-len 10 \\
  --random-range-ratio 0.2 --num-prompts 200 --request-rate 4 --goodput ttft:200 e2el:3000 --ignore-eos && echo done`,
    expected: [
      {
        config: {
          url: 'http://h:8000/v1/chat/completions',
          model: '${MODEL}',
          dataset: 'random',
          minPromptLength: 80,
          maxPromptLength: 120,
          maxTokens: [8, 12],
          number: 200,
          rate: 4,
          openLoop: true,
          objectives: { ttft: '<= 200 ms', latency: '<= 3000 ms' },
          extraArgs: { ignore_eos: true },
        },
      },
    ],
    notes: [/^--tokenizer: not given/],
  },
  {
    tool: 'vllm',
    text: `python3 benchmarks/benchmark_serving.py --model m --max_concurrency 8 --num_prompts 50 --dataset-name sharegpt --dataset-path 'a b.json' --sharegpt-output-len 64 --header 'Authorization=Bearer sk-1' x=1`,
    expected: [
      {
        config: {
          url: 'http://127.0.0.1:8000/v1/completions',
          model: 'm',
          parallel: 8,
          number: 50,
          dataset: 'share_gpt_en',
          datasetPath: 'a b.json',
          maxTokens: 64,
          apiKey: '${PERFGATE_API_KEY}',
          headers: { x: '1' },
        },
      },
    ],
    notes: ['header Authorization: the key itself is not written; set PERFGATE_API_KEY'],
  },
  {
    tool: 'vllm',
    text: 'vllm bench serve --model m --dataset-name hf --num-prompts 100 --ramp-up-strategy linear --ramp-up-start-rps 2 --ramp-up-end-rps 8',
    expected: [
      {
        config: {
          url: 'http://127.0.0.1:8000/v1/completions',
          model: 'm',
          number: 100,
          executor: 'ramping-rate',
          openLoop: true,
          rate: 2,
          // 100 requests at a mean of 5 a second.
          stages: [{ duration: 20, target: 8 }],
        },
      },
    ],
    notes: [/^--dataset-name hf: not here/],
  },
  {
    tool: 'guidellm',
    text: stringify({
      metadata: { labels: { name: 'rag' } },
      spec: {
        backend: {
          kind: 'openai_http',
          target: 'http://h:8000/v1',
          model: 'm',
          api_key: 'sk-1',
          extras: { body: { a: 1 } },
        },
        profile: { kind: 'concurrent', streams: [1, 4] },
        constraints: [
          { kind: 'max_duration', seconds: 30 },
          { kind: 'max_error_rate', rate: 0.1 },
          { kind: 'over_saturation' },
        ],
        data: [
          {
            kind: 'synthetic_text',
            prompt_tokens: 4096,
            prompt_tokens_stdev: 512,
            prompt_tokens_min: 2048,
            prompt_tokens_max: 6144,
            output_tokens: 256,
          },
        ],
      },
    }),
    expected: [
      {
        name: 'rag',
        config: {
          url: 'http://h:8000/v1/chat/completions',
          model: 'm',
          apiKey: '${PERFGATE_API_KEY}',
          extraArgs: { a: 1 },
          parallel: [1, 4],
          duration: 30,
          dataset: 'synthetic',
          datasetArgs: { input: { kind: 'normal', mean: 4096, stddev: 512, min: 2048, max: 6144 }, output: 256 },
        },
        thresholds: { errorRate: { threshold: '<= 0.1', abortOnFail: true, delayAbortEval: '10 s' } },
      },
    ],
    notes: [/^backend.api_key: the key itself/, /^constraints .*over_saturation.*npx perfgate sweep/],
  },
  {
    tool: 'guidellm',
    text: 'guidellm benchmark run --target http://h:1 --profile poisson --rate 5 --max-requests 40 --data \'{"prompt_tokens": 64, "output_tokens": 8}\' --processor o/n --disable-progress',
    expected: [
      {
        config: {
          url: 'http://h:1/v1/chat/completions',
          executor: 'poisson',
          rate: 5,
          openLoop: true,
          number: 40,
          dataset: 'synthetic',
          datasetArgs: { input: 64, output: 8 },
          tokenizerPath: 'o/n',
        },
      },
    ],
    notes: ['--disable-progress: not needed'],
  },
  {
    tool: 'guidellm',
    text: 'guidellm run --backend kind=openai_http,target=http://h:1,request_format=/v1/completions --profile kind=concurrent,streams=3 --constraint kind=max_requests,count=9 --data kind=text_file,path=p.txt',
    expected: [
      {
        config: {
          url: 'http://h:1/v1/completions',
          parallel: 3,
          number: 9,
          dataset: 'line_by_line',
          datasetPath: 'p.txt',
        },
      },
    ],
    notes: [/^data: each line of the file is a text/],
  },
  {
    tool: 'inference-perf',
    text: `load:
  type: poisson
  stages:
  - { rate: 1, duration: 30 }
  - { rate: 2, duration: 30 }
api: { type: chat, streaming: true, headers: { x-slo-ttft-ms: "1000", x-a: b } }
server: { type: vllm, model_name: m, base_url: "http://0.0.0.0:8000", ignore_eos: true }
data:
  type: random
  input_distribution: { min: 10, max: 100, mean: 50, std_dev: 10, total_count: 100 }
  output_distribution: { type: fixed, mean: 20 }
`,
    expected: [
      {
        config: {
          url: 'http://0.0.0.0:8000/v1/chat/completions',
          model: 'm',
          stream: true,
          extraArgs: { ignore_eos: true },
          headers: { 'x-slo-ttft-ms': '1000', 'x-a': 'b' },
          objectives: { ttft: '<= 1000 ms' },
          dataset: 'synthetic',
          datasetArgs: { input: { kind: 'normal', mean: 50, stddev: 10, min: 10, max: 100 }, output: 20 },
          openLoop: true,
          executor: 'poisson',
        },
        each: [
          { rate: 1, duration: 30 },
          { rate: 2, duration: 30 },
        ],
      },
    ],
    notes: [/^server.type vllm/, /^data.input_distribution.total_count 100/],
  },
  {
    tool: 'inference-perf',
    text: stringify({
      load: { type: 'concurrent', stages: [{ concurrency_level: 3, num_requests: 40 }] },
      server: { base_url: 'http://h:1', api_key: 'sk-1' },
      data: { type: 'shareGPT' },
      tokenizer: { token: 'hf-1' },
    }),
    expected: [
      {
        config: {
          url: 'http://h:1/v1/completions',
          stream: false,
          apiKey: '${PERFGATE_API_KEY}',
          extraArgs: { ignore_eos: true },
          dataset: 'share_gpt_en',
          parallel: 3,
          number: 40,
        },
      },
    ],
    notes: [/^server.api_key/, 'tokenizer.token ***: put the token of the hub into the environment as HF_TOKEN'],
  },
  {
    tool: 'artillery',
    text: `config:
  target: "http://h:8000"
  phases:
    - { duration: 60, arrivalRate: 5 }
    - { duration: 2min, arrivalRate: 10, rampTo: 50 }
    - { pause: 10 }
  http: { timeout: 30 }
  ensure:
    thresholds: [ { http.response_time.p95: 250 } ]
    conditions:
      - expression: http.response_time.p999 < 500 and http.request_rate > 10
      - expression: http.response_time.p99 < 400 or vusers.failed == 0
    maxErrorRate: 1
scenarios:
  - name: chat
    flow:
      - think: 1
      - post:
          url: /v1/chat/completions
          headers: { authorization: "Bearer {{ $env.KEY }}" }
          json: { model: "{{ $env.MODEL }}", max_tokens: 5, stream: true, user: u, messages: [ { role: user, content: Hi } ] }
`,
    expected: [
      {
        name: 'chat',
        config: {
          url: 'http://h:8000/v1/chat/completions',
          openLoop: true,
          executor: 'ramping-rate',
          rate: 5,
          stages: [
            { duration: 60, target: 5 },
            { duration: 0.001, target: 10 },
            { duration: 120, target: 50 },
            { duration: 0.001, target: 0 },
            { duration: 10, target: 0 },
          ],
          totalTimeout: 30,
          apiKey: '${PERFGATE_API_KEY}',
          model: '${MODEL}',
          maxTokens: 5,
          stream: true,
          extraArgs: { user: 'u' },
          prompt: 'Hi',
        },
        thresholds: { 'p95(latency)': '< 250 ms', 'p99.9(latency)': '< 500 ms', qps: '> 10', errorRate: '<= 1 %' },
      },
    ],
    notes: [
      /^config.phases: one run/,
      /^ensure "http.response_time.p99 < 400 or/,
      /^header authorization/,
      /^scenarios\[0\].flow think/,
    ],
  },
  {
    tool: 'artillery',
    text: 'config: { target: "http://h:1", phases: [ { duration: 30s, arrivalCount: 60, maxVusers: 5 } ], ensure: { p99: 300, median: 100 } }',
    expected: [
      {
        config: { url: 'http://h:1', openLoop: true, executor: 'constant-arrival-rate', rate: 2, duration: 30 },
        thresholds: { 'p99(latency)': '< 300 ms', 'p50(latency)': '< 100 ms' },
      },
    ],
    notes: [/^config.phases\[0\].maxVusers 5/],
  },
  {
    tool: 'k6',
    text: `import http from 'k6/http'
const LIMIT = 5
export const options: Options = {
  // two loads
  scenarios: {
    chat: { executor: 'constant-arrival-rate', rate: 120, timeUnit: '1m', duration: '1m30s', preAllocatedVUs: 50, },
    "ramp up": { executor: "ramping-vus", stages: [{ duration: '10s', target: 5 }, { duration: \`20s\`, target: 0 }], startTime: '30s', gracefulStop: '3s' },
  },
  thresholds: {
    http_req_duration: ['p(95)<200', { threshold: 'p(99.9) <= 1000', abortOnFail: true, delayAbortEval: '10s' }],
    'http_req_duration{type:API}': ['avg<1'],
    http_req_failed: ['rate<0.01'], /* errors */ http_reqs: [\`count>\${LIMIT}\`, 'rate>=3'],
    my_trend: ['p(95)<1'],
  },
  tags: makeTags({ a: [1, '}'] }),
}
export default function () { http.get('https://h/') }`,
    expected: [
      {
        name: 'chat',
        config: { executor: 'constant-arrival-rate', openLoop: true, rate: 2, duration: 90 },
        thresholds: {
          'p95(latency)': '< 200 ms',
          'p99.9(latency)': { threshold: '<= 1000 ms', abortOnFail: true, delayAbortEval: '10 s' },
          errorRate: '< 0.01',
          qps: '>= 3',
        },
      },
      {
        name: 'ramp up',
        config: {
          executor: 'ramping-concurrency',
          stages: [
            { duration: 10, target: 5 },
            { duration: 20, target: 0 },
          ],
          gracefulStop: 3,
        },
        thresholds: {
          'p95(latency)': '< 200 ms',
          'p99.9(latency)': { threshold: '<= 1000 ms', abortOnFail: true, delayAbortEval: '10 s' },
          errorRate: '< 0.01',
          qps: '>= 3',
        },
      },
    ],
    notes: [
      /^scenarios.chat.preAllocatedVUs 50/,
      /^scenarios.ramp up.startTime 30s/,
      /^thresholds.http_req_duration\{type:API\} avg<1: of one tag/,
      /^thresholds.my_trend p\(95\)<1: a metric of the script's own/,
      "tags: is an expression, makeTags({ a: [1, '}'] }); write its value",
      /^thresholds.http_reqs\[0\]: is an expression, `count>/,
      /^the script: its requests are not read/,
    ],
  },
  {
    tool: 'k6',
    text: JSON.stringify({
      vus: 10,
      iterations: 200,
      duration: '2m',
      thresholds: { http_req_waiting: ['med<50'], checks: ['rate>0.99'], dropped_iterations: ['count<1'] },
    }),
    expected: [
      {
        config: { parallel: 10, number: 200, executor: 'shared-iterations', duration: 120 },
        thresholds: { 'med(firstChunkLatency)': '< 50 ms', successRate: '> 0.99' },
      },
    ],
    notes: [/^thresholds.dropped_iterations count<1: a run that could not keep/, /^the script/],
  },
  {
    tool: 'evalscope',
    text: `evalscope perf --parallel 1 10 --number 10 50 --model qwen2.5 --url http://h/v1/chat/completions --api openai --dataset random --min-prompt-length 64 --api-key sk-1 --extra-args '{"ignore_eos": true}' --stream -n 5`,
    expected: [
      {
        config: {
          parallel: [1, 10],
          number: 5,
          model: 'qwen2.5',
          url: 'http://h/v1/chat/completions',
          api: 'openai',
          dataset: 'random',
          minPromptLength: 64,
          apiKey: '${PERFGATE_API_KEY}',
          extraArgs: { ignore_eos: true },
          stream: true,
        },
      },
    ],
    notes: ['--api-key: the key itself is not written; set PERFGATE_API_KEY'],
  },
]

describe('whole inputs', () => {
  test.each(CASES.map((one, i) => [`${one.tool} ${i}`, one] as const))(
    '%s',
    async (_, { tool, text, expected, notes }) => {
      const drafts = importer(tool).read(ofText(text))
      expect(
        drafts.map(({ name, config, thresholds, each }) => ({
          ...(name === undefined ? {} : { name }),
          config,
          ...(Object.keys(thresholds).length > 0 ? { thresholds } : {}),
          ...(each === undefined ? {} : { each }),
        })),
      ).toEqual(expected)
      const said = [...new Set(drafts.flatMap((draft) => draft.notes))]
      for (const note of notes)
        expect(
          said.filter((one) => (typeof note === 'string' ? one === note : note.test(one))),
          `${note}\n${said.join('\n')}`,
        ).toHaveLength(1)
      expect(said).toHaveLength(notes.length)
      expect(said.join()).not.toMatch(/sk-1|hf-1/)
    },
  )

  test.each(CASES.map((one, i) => [`${one.tool} ${i}`, one] as const))(
    '%s is a scenario that the schema and every door accept',
    async (_, { tool, text }) => {
      placeWith({ input: text })
      const env = { MODEL: 'm', PERFGATE_API_KEY: 'k' }
      const write = async (target: string): Promise<string> => {
        const world = fakeWorld({ env })
        expect(await main(['import', tool, 'input', '--to', target], world), world.err()).toBe(0)
        expect(
          world
            .err()
            .split('\n')
            .filter((line) => line !== '' && !line.startsWith('perfgate: not taken over: ')),
        ).toEqual([])
        return world.out()
      }
      const scenario = await write('scenario')
      for (const document of parseAllDocuments(scenario))
        expect(isScenario(document.toJS()), JSON.stringify(isScenario.errors)).toBe(true)
      writeFileSync('s.yaml', scenario)
      for (const one of loadScenarios('s.yaml', { env })) readyScenario(one, undefined)
      expect(isConfig(parse(await write('config'))), JSON.stringify(isConfig.errors)).toBe(true)
      expect(await write('test')).toContain("import { perfTest } from 'perfgate/vitest'")
    },
  )
})

describe('the command', () => {
  const run = async (...args: string[]): Promise<[number, string, string]> => {
    const world = fakeWorld()
    const code = await main(['import', ...args], world)
    return [code, world.out(), world.err()]
  }

  test('takes a command line after --, as one text, or as words', async () => {
    placeWith({})
    const [, after] = await run('vllm', '--', 'vllm', 'bench', 'serve', '--model', 'a b')
    expect(after).toContain('model: a b\n')
    const [, text] = await run('vllm', "vllm bench serve --model 'a b'")
    expect(text).toBe(after)
  })

  test('writes a file, and none over another', async () => {
    placeWith({ 'k.json': '{"vus": 2}' })
    expect(await run('k6', 'k.json', '--output', 's.yaml')).toEqual([0, '', expect.stringContaining('wrote s.yaml')])
    expect(loadScenarios('s.yaml')[0]!.config).toEqual({ name: 's', parallel: 2 })
    expect(await run('k6', 'k.json', '--output', 's.yaml')).toEqual([
      2,
      '',
      expect.stringContaining('"s.yaml" is there already'),
    ])
  })

  test.each([
    [[], 'import: from which tool? Known: vllm, guidellm, inference-perf, artillery, k6, evalscope'],
    [['vlm', 'x'], 'import "vlm": unknown, did you mean "vllm"?'],
    [['k6'], 'import k6: of what? Give a file'],
    [['k6', 'none.js'], 'import k6: there is no file "none.js"'],
    [['k6', 'k.js'], 'import k6: k.js holds no "export const options = { … }" and is no JSON; "k6 inspect'],
    [['artillery', 'bad.yml'], 'import artillery: bad.yml is neither YAML nor JSON'],
    [['artillery', 'k.js'], 'import artillery: k.js holds no object'],
    [['vllm', '--', 'vllm', 'bench'], 'import vllm: there is no flag in "vllm bench"'],
    [['vllm', "vllm bench serve --model 'x"], "has a ' that is not closed"],
    [['vllm', 'vllm bench serve --num-prompts many'], '--num-prompts: expected a number, got "many"'],
    [['vllm', 'vllm bench serve --extra-body {a'], '--extra-body: expected JSON, got "{a"'],
    [['k6', 'k.js', '--to', 'jest'], 'option --to: unknown value "jest"'],
  ])('refuses %j', async (args, message) => {
    placeWith({ 'k.js': 'text', 'bad.yml': 'a: [' })
    const [code, , err] = await run(...args)
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })

  test('never runs a script', () => {
    const script = 'export const options = { vus: (globalThis.ran = true, 5) }'
    const [draft] = importer('k6').read(ofText(script))
    expect(draft!.notes[0]).toBe('vus: is an expression, (globalThis.ran = true, 5); write its value')
    expect('ran' in globalThis).toBe(false)
  })
})

test('messages of errors name the tool', () => {
  expect(messageOf(() => importer('guidellm').read(ofText('[]')))).toContain('import guidellm: f holds no object')
})
