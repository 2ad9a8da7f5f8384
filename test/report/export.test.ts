// biome-ignore-all lint/style/noExcessiveLinesPerFile: one test after another for each of the formats, over the same runs
/** Every export, read back by something that is not ours where there is such a thing. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { validate } from 'ctrf'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { COLUMN_NAMES, type StoredRequest } from '../../src/records/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { madeDb } from './madeDb.ts'
import { PUBLISHED } from './publishedResult.ts'
import { lacking, python } from './python.ts'
import { failedRow, madeRow } from './rows.ts'

const NASTY = 'a "quoted", text\r\nwith lines\n and ümläuts 😀 =1+1'
/** 100 requests, every 20th failed: latencies of 100 to 149 ms. */
const ROWS: StoredRequest[] = Array.from({ length: 100 }, (_, i) => {
  if (i % 20 === 19) return failedRow(i, NASTY)
  return madeRow(i, i === 0 ? { response_messages: NASTY, finish_reason: '' } : {})
})
const WARMUP = madeRow(1000, { warmup: 1, latency: 9 })
const made = madeDb([WARMUP, ...ROWS], {
  thresholds: [
    { expression: 'p99(latency) <= 1 s', actual: 149, limit: 1000, unit: 'ms', n: 95, verdict: 'pass', message: '' },
    {
      expression: 'qps >= "4"\n',
      actual: 2,
      limit: 4,
      unit: '/s',
      n: 95,
      verdict: 'fail',
      message: 'qps 2 is below 4',
    },
  ],
  verdict: 'fail',
  errors: { 'http-5xx': 5 },
})

async function exported(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const world = fakeWorld()
  const code = await main(['export', ...args], world)
  return { code, out: world.out(), err: world.err() }
}

async function file(format: string, ...more: string[]): Promise<string> {
  const { code, out, err } = await exported([made.db, '--format', format, ...more])
  expect(err).toBe('')
  expect(code).toBe(0)
  return out.trim()
}

test.skipIf(lacking() !== '')(
  'CSV is read by Python’s csv with every text whole and NULL apart from the empty text',
  async () => {
    const path = await file('csv')
    expect(path).toBe(join(made.folder, 'made.csv'))
    const rows = python(
      'import csv,json,sys\nprint(json.dumps(list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))))',
      [path],
    ) as Record<string, string>[]
    expect(rows).toHaveLength(101)
    expect(Object.keys(rows[0]!)).toEqual(COLUMN_NAMES)
    expect(rows[1]).toMatchObject({ request_index: '0', response_messages: NASTY, cause: '' })
    expect(rows[20]).toMatchObject({ request_index: '19', failure: NASTY, time_to_first_token: '' })
    // An empty text, and in the next row the finish reason that was not measured.
    expect(readFileSync(path, 'utf8')).toMatch(/,200,,,"",,,,,[^\r\n]*\r\n1,/)
  },
)

test('EvalScope: its four files, percentiles over nine metrics of the 95 that succeeded', async () => {
  const paths = (await file('evalscope')).split('\n')
  expect(paths.map((path) => path.replace(/.*\.evalscope\//, ''))).toEqual([
    'benchmark_summary.json',
    'benchmark_percentile.json',
    'benchmark_args.json',
    'benchmark.log',
  ])
  const [summary, percentiles, args, log] = paths.map((path) => readFileSync(path, 'utf8')) as [
    string,
    string,
    string,
    string,
  ]
  expect(JSON.parse(summary)).toMatchObject({ 'Total requests': PUBLISHED.summary.totalRequests })
  const table = JSON.parse(percentiles) as Record<string, number>[]
  expect(table.map((row) => row.Percentiles)).toEqual([10, 25, 50, 66, 75, 80, 90, 95, 98, 99].map((p) => `${p}%`))
  // Request i takes 100 + i mod 50 ms; every 20th failed. By the rule of index floor(p × n): by hand.
  const latencies = Array.from({ length: 100 }, (_, i) => i)
    .filter((i) => i % 20 !== 19)
    .map((i) => 0.1 + (i % 50) / 1000)
    .sort((a, b) => a - b)
  expect(table[2]!['Latency (s)']).toBeCloseTo(latencies[47]!, 12)
  expect(table[9]!['Latency (s)']).toBeCloseTo(latencies[94]!, 12)
  expect(table[2]).toMatchObject({ 'ITL (s)': 0.002, 'TPOT (s)': 0.002, 'Input tokens': 12, 'Output tokens': 3 })
  expect(table[2]!['Decode (tok/s)']).toBeCloseTo(500, 9)
  expect(table[9]!['Output (tok/s)']).toBeCloseTo(30, 9)
  expect(table[9]!['Total (tok/s)']).toBeCloseTo(150, 9)
  expect(JSON.parse(args)).toEqual(PUBLISHED.config)
  expect(log).toContain('Benchmarking summary:')
})

describe('Parquet', () => {
  test('hyparquet reads every value of the DB back', async () => {
    const bytes = readFileSync(await file('parquet'))
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    })
    const plain = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : (value ?? null)]),
      ),
    )
    expect(plain).toEqual([WARMUP, ...ROWS])
  })

  const why = lacking('pyarrow.parquet')
  test.skipIf(why !== '')(`Arrow reads its types and values ${why}`, async () => {
    const path = await file('parquet')
    const read = python(
      `import json,sys,pyarrow.parquet as pq
t = pq.read_table(sys.argv[1])
print(json.dumps([[str(f.type) for f in t.schema], t.column("latency").to_pylist()[1:4], t.column("response_messages")[1].as_py(), t.column("cause").null_count]))`,
      [path],
    ) as [string[], number[], string, number]
    expect(new Set(read[0])).toEqual(new Set(['int64', 'double', 'string']))
    expect(read.slice(1)).toEqual([ROWS.slice(0, 3).map(({ latency }) => latency), NASTY, 96])
  })
})

describe('OpenMetrics', () => {
  test('every family has its type before its samples, samples end with a number, and the text ends with # EOF', async () => {
    const text = readFileSync(await file('openmetrics'), 'utf8')
    expect(text.endsWith('\n# EOF\n')).toBe(true)
    const sample = /^([a-z_]+)\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\} -?(\d+(\.\d+)?(e[+-]\d+)?|Inf|NaN)$/
    for (const line of text.trimEnd().split('\n')) if (!line.startsWith('#')) expect(line).toMatch(sample)
    expect(text).toContain('expression="qps >= \\"4\\"\\n"')
    expect(text).toMatch(/perfgate_latency_seconds_count\{[^}]*\} 15\n/)
  })

  const why = lacking('prometheus_client.openmetrics.parser')
  test.skipIf(why !== '')(
    `Prometheus’ own parser accepts it, and the GitLab report, with the same figures ${why}`,
    async () => {
      for (const format of ['openmetrics', 'gitlab']) {
        const families = python(
          `import json,sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
print(json.dumps([[m.name, m.type, m.unit, [[s.name, s.labels, s.value] for s in m.samples]] for m in parse(open(sys.argv[1]).read())]))`,
          [await file(format)],
        ) as [string, string, string, [string, Record<string, string>, number][]][]
        const of = (name: string): [string, Record<string, string>, number][] =>
          families.find((one) => one[0] === name)![3]
        expect(of('perfgate_latency_seconds').find(([, labels]) => labels['quantile'] === '0.99')![2]).toBeCloseTo(
          0.98968,
          9,
        )
        expect(of('perfgate_queries_per_second')[0]![2]).toBeCloseTo(PUBLISHED.summary.qps, 9)
        expect(of('perfgate_threshold_kept').map(([, labels, value]) => [labels['expression'], value])).toEqual([
          ['p99(latency) <= 1 s', 1],
          ['qps >= "4"\n', 0],
        ])
      }
    },
  )

  test('lines of the GitLab report do not change with time, commit or machine', async () => {
    const text = readFileSync(await file('gitlab'), 'utf8')
    expect(text).not.toContain('started_at')
    expect(text).not.toContain('commit')
  })
})

describe('CTRF', () => {
  test('the format’s own validator accepts it; thresholds are tests', async () => {
    const report = JSON.parse(readFileSync(await file('ctrf'), 'utf8'))
    expect(validate(report)).toMatchObject({ valid: true })
    expect(report.results.summary).toMatchObject({ tests: 2, passed: 1, failed: 1, other: 0 })
    expect(report.results.tests.map(({ name, status }: { name: string; status: string }) => [name, status])).toEqual([
      ['p99(latency) <= 1 s', 'passed'],
      ['qps >= "4"\n', 'failed'],
    ])
  })

  test('an invalid run has no passed tests, and a run without thresholds is one test that did not pass', async () => {
    const invalid = madeDb(ROWS, {
      verdict: 'invalid',
      client: { ...PUBLISHED.client, valid: false, reasons: ['busy'] },
      thresholds: made.result.thresholds,
    })
    const path = (await exported([invalid.json, '--format', 'ctrf'])).out.trim()
    expect(JSON.parse(readFileSync(path, 'utf8')).results.summary).toMatchObject({
      tests: 2,
      passed: 0,
      failed: 0,
      other: 2,
    })
    const bare = madeDb(ROWS)
    const other = (await exported([bare.json, '--format', 'ctrf'])).out.trim()
    expect(JSON.parse(readFileSync(other, 'utf8')).results.summary).toMatchObject({ tests: 1, passed: 0, other: 1 })
  })
})

describe('OpenTelemetry', () => {
  interface Span {
    traceId: string
    spanId: string
    startTimeUnixNano: string
    endTimeUnixNano: string
    events: { name: string; timeUnixNano: string }[]
    status?: { code: number; message: string }
    attributes: { key: string; value: Record<string, unknown> }[]
  }

  async function collected(
    answer = '{"partialSuccess":{}}',
  ): Promise<{ url: string; seen: [string, string][]; close(): void }> {
    const seen: [string, string][] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        seen.push([
          `${request.method} ${request.url} ${request.headers['content-type']} ${request.headers['x-key']}`,
          body,
        ])
        response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close: () => server.close() }
  }

  test('a collector is sent the metrics and a span for each request, with times that fit', async () => {
    const collector = await collected()
    const { code, out } = await exported([
      made.db,
      '--format',
      'otlp',
      '--endpoint',
      collector.url,
      '--header',
      'x-key=k=1',
    ])
    collector.close()
    expect([code, out]).toEqual([0, `sent 1 requests of metrics and 1 of traces to ${collector.url}\n`])
    expect(collector.seen.map(([head]) => head)).toEqual([
      'POST /v1/metrics application/json k=1',
      'POST /v1/traces application/json k=1',
    ])
    const spans: Span[] = JSON.parse(collector.seen[1]![1]).resourceSpans[0].scopeSpans[0].spans
    expect(spans).toHaveLength(100)
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(100)
    for (const [i, span] of spans.entries()) {
      expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
      const took = Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6
      expect(took).toBeCloseTo(Number(ROWS[i]!.latency) * 1000, 2)
      expect(span.status?.code).toBe(ROWS[i]!.success === 1 ? 0 : 2)
    }
    const attributes = Object.fromEntries(spans[3]!.attributes.map(({ key, value }) => [key, value]))
    expect(attributes['gen_ai.usage.output_tokens']).toEqual({ intValue: 3 })
    expect(attributes['gen_ai.request.model']).toBeUndefined()
    const { metrics } = JSON.parse(collector.seen[0]![1]).resourceMetrics[0].scopeMetrics[0]
    const [duration] = metrics
    const point = duration.histogram.dataPoints[0]
    expect([duration.name, point.count]).toEqual(['gen_ai.client.operation.duration', 95])
    // 100 to 149 ms lie in (0.08, 0.16].
    expect(point.bucketCounts[4]).toBe(95)
    expect(point.bucketCounts).toHaveLength(point.explicitBounds.length + 1)
  })

  test('what a collector refuses is an error with its words', async () => {
    const collector = await collected('{"partialSuccess":{"rejectedDataPoints":"7","errorMessage":"too old"}}')
    const { code, err } = await exported([made.db, '--format', 'otlp', '--endpoint', collector.url])
    collector.close()
    expect(code).toBe(3)
    expect(err).toContain('7 data points were refused')
    expect(err).toContain('too old')
    const gone = await exported([made.db, '--format', 'otlp', '--endpoint', collector.url])
    expect([gone.code, gone.err]).toEqual([3, expect.stringContaining('is a collector listening there?')])
  })

  const why = lacking('opentelemetry.proto.collector.trace.v1.trace_service_pb2', 'google.protobuf.json_format')
  test.skipIf(why !== '')(`the official protocol definitions accept both files, field for field ${why}`, async () => {
    const [metrics, traces] = (await file('otlp')).split('\n')
    const counted = python(
      `import json,sys
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest as T
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest as M
m = json_format.Parse(open(sys.argv[1]).read(), M())
t = [json_format.Parse(line, T()) for line in open(sys.argv[2])]
print(json.dumps([len(m.resource_metrics[0].scope_metrics[0].metrics), sum(len(x.resource_spans[0].scope_spans[0].spans) for x in t)]))`,
      [metrics!, traces!],
    ) as [number, number]
    expect(counted[0]).toBeGreaterThan(10)
    expect(counted[1]).toBe(100)
  })
})

describe('experiment trackers', () => {
  /** Stands in for the tracker's package: writes down what it is called with. */
  const STUBS: Record<string, string> = {
    wandb: `import json
calls = []
class Run:
    class S(dict): pass
    summary = S()
    def log(self, row, step): calls.append(row)
    def finish(self): print(json.dumps([init_args["name"], init_args["mode"], len(calls), calls[0], dict(self.summary)["queries_per_second"]]))
def init(**args):
    global init_args
    init_args = args
    return Run()`,
    swanlab: `import json
calls = []
def init(**args):
    global init_args
    init_args = args
def log(row, step): calls.append(row)
def finish(): print(json.dumps([init_args["experiment_name"], init_args["mode"], len(calls) - 1, calls[0], calls[-1]["queries_per_second"]]))`,
    clearml: `import json
rows = {}
singles = {}
class Logger:
    def report_scalar(self, title, series, value, iteration): rows.setdefault(iteration, {})[title] = value
    def report_single_value(self, name, value): singles[name] = value
class Task:
    @staticmethod
    def set_offline(on): Task.offline = on
    @staticmethod
    def init(project_name, task_name, auto_connect_frameworks):
        Task.name = task_name
        return Task()
    def connect(self, config): pass
    def get_logger(self): return Logger()
    def close(self): print(json.dumps([Task.name, "offline" if Task.offline else "online", len(rows), rows[0], singles["queries_per_second"]]))`,
  }
  test.skipIf(lacking() !== '').for([
    ['wandb', 'offline'],
    ['swanlab', 'local'],
    ['clearml', 'offline'],
  ] as const)('%s: the script hands every request and the summary to the package', async ([name, mode]) => {
    const paths = (await file(name)).split('\n')
    expect(paths.map((path) => path.slice(made.folder.length + 1))).toEqual(
      ['config.json', 'summary.json', 'history.jsonl', 'upload.py'].map((part) => `made.${name}/${part}`),
    )
    const stubs = mkdtempSync(join(tmpdir(), 'perfgate-stub-'))
    mkdirSync(join(stubs, 'x'))
    writeFileSync(join(stubs, `${name}.py`), STUBS[name]!)
    const [title, how, count, first, qps] = python('import runpy,sys\nrunpy.run_path(sys.argv[1])', [paths[3]!], {
      PYTHONPATH: stubs,
    }) as [string, string, number, Record<string, number>, number]
    expect([title, how, count]).toEqual(['qwen2.5', mode, 100])
    expect(first).toEqual({ latency: 100, ttft: 20, tpot: 2, outputTokens: 3, failed: 0 })
    expect(qps).toBe(PUBLISHED.summary.qps)
  })
})

describe('the pull-request summary', () => {
  test('tells verdict, broken thresholds, and shifts against the base before the folded details', async () => {
    const slower = ROWS.map((row) => (row.success === 1 ? { ...row, latency: Number(row.latency) + 0.2 } : row))
    const head = madeDb(slower, { verdict: 'fail', thresholds: made.result.thresholds })
    const { code, out } = await exported([head.db, '--format', 'summary', '--base', made.db])
    expect(code).toBe(0)
    expect(out.trim()).toBe(join(head.folder, 'summary.md'))
    const text = readFileSync(out.trim(), 'utf8')
    const [before, details] = text.split('<details>')
    expect(before).toMatch(/^## ❌ perfgate: fail, 0 of 1 run passed\n/)
    expect(before).toContain('- ❌ qwen2.5: qps 2 is below 4')
    // The medians of 95 values from 100 to 149 ms, 200 ms apart; intervals of some 10 ms cannot meet.
    expect(before).toMatch(
      /12[3-6](\.\d)? \(\d+(\.\d)? to \d+(\.\d)?\) → 32[3-6](\.\d)? \([^)]*\) \(\+16\d\.\d %\), apart/,
    )
    expect(details).toContain('Benchmarking summary')
  })

  test('is made without a base too, and says that there is none', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'perfgate-empty-'))
    for (const base of [empty, join(empty, 'gone')]) {
      const { code, out, err } = await exported([made.db, '--format', 'summary', '--base', base])
      expect(code).toBe(0)
      expect(err).toMatch(/^perfgate: option --base: ".*": .*; nothing is compared\n$/)
      const text = readFileSync(out.trim(), 'utf8')
      expect(text).toContain('Nothing to compare with: no results in')
      expect(text).not.toContain('Against the base')
    }
  })

  test('shifts are without a verdict, for below a summary of tests', async () => {
    const slower = ROWS.map((row) => (row.success === 1 ? { ...row, latency: Number(row.latency) + 0.2 } : row))
    const head = madeDb(slower, { verdict: 'fail', thresholds: made.result.thresholds })
    const shifts = async (...base: string[]): Promise<string> =>
      readFileSync((await exported([head.db, '--format', 'shifts', ...base])).out.trim(), 'utf8')
    const text = await shifts('--base', made.db)
    expect(text).toMatch(/^### Against the base .*\n\n[\s\S]*, apart/)
    expect(text).not.toMatch(/❌|✅|perfgate:|<details>/)
    expect(await shifts()).toBe('Nothing to compare with.\n')
    const empty = mkdtempSync(join(tmpdir(), 'perfgate-empty-'))
    expect(await shifts('--base', empty)).toMatch(/^Nothing to compare with: no results in .*\n$/)
  })

  test('stays below what GitHub takes for a comment, and names the runs it leaves out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-many-'))
    for (let i = 0; i < 60; i++) madeDb(ROWS.slice(0, 5), { name: `run ${i}` }, folder, `run${i}`)
    const { out } = await exported([folder, '--format', 'summary'])
    const text = readFileSync(out.trim(), 'utf8')
    expect(text.length).toBeLessThan(65_536)
    expect(text).toContain('Left out for length:')
  })
})

describe('bad input', () => {
  test('a format that is not one of ours, none, and no files are wrong usage', async () => {
    expect(await exported([made.db, '--format', 'parket'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "parquet"?'),
    })
    expect(await exported([made.db])).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected one of csv, parquet'),
    })
    expect(await exported(['--format', 'csv'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('export needs result DBs'),
    })
    expect(await exported([made.db, '--format', 'csv', '--endpoint', 'http://x'])).toMatchObject({ code: 2 })
  })

  test('a JSON without its DB has figures, but no requests to export', async () => {
    const alone = mkdtempSync(join(tmpdir(), 'perfgate-alone-'))
    const path = join(alone, 'run.json')
    writeFileSync(path, JSON.stringify(PUBLISHED))
    expect(await exported([path, '--format', 'csv'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no result DB beside its JSON'),
    })
    expect((await exported([path, '--format', 'openmetrics'])).code).toBe(0)
  })

  test('--out - writes to stdout, and a path that cannot be written is named', async () => {
    expect((await exported([made.db, '--format', 'csv', '--out', '-'])).out.split('\r\n')[0]).toBe(
      COLUMN_NAMES.join(','),
    )
    const wrong = await exported([made.db, '--format', 'csv', '--out', join(made.db, 'x.csv')])
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('cannot write')])
  })
})
