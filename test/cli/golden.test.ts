/**
 * What every command prints and writes, against the files in golden/. After an intended change: the same run with `-u`.
 *
 * Stored results have fixed values, so their output is compared to the letter. Of results that are measured here only
 * the keys are compared. What `serve`, `view` and `init` print stands in their own tests.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { main } from '../../src/cli/index.ts'
import { packageVersion } from '../../src/records/index.ts'
import { EXPORT_FORMATS } from '../../src/report/export/index.ts'
import type { Result } from '../../src/result/index.ts'
import { COMPARED } from '../report/comparedResult.ts'
import { CAPACITY } from '../report/foundCapacity.ts'
import { madeDb } from '../report/madeDb.ts'
import { failedRow, madeRow } from '../report/rows.ts'
import { fakeWorld } from './fakeWorld.ts'

interface Said {
  code: number
  out: string
  err: string
}

async function perfgate(...args: string[]): Promise<Said> {
  const world = fakeWorld({ columns: 100 })
  const code = await main(args, world)
  return { code, out: world.out(), err: world.err() }
}

/** Exit code, stdout and stderr of a command, as one text. */
function textOf({ code, out, err }: Said): string {
  return [`exit code ${code}`, `--- stdout\n${out}`, ...(err === '' ? [] : [`--- stderr\n${err}`])].join('\n')
}

const golden = (name: string): string => join(import.meta.dirname, 'golden', name)

function matches(name: string, text: string, folder?: string): Promise<void> {
  const plain = folder === undefined ? text : text.replaceAll(folder, '<folder>')
  const fixed = plain
    .replaceAll(`"${packageVersion()}"`, '"<version>"')
    // Made from the folder's name.
    .replaceAll(/"(traceId|reportId)":( ?)"[\da-f-]+"/g, '"$1":$2"<id>"')
  return expect(fixed.replaceAll('\r\n', '\\r\\n')).toMatchFileSnapshot(golden(name))
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-golden-'))

describe('help', () => {
  test('of a run', async () => matches('help.txt', textOf(await perfgate('--help'))))

  test('of each command, less what it has from a run', async () => {
    const ofRun = new Set((await perfgate('--help')).out.split('\n'))
    const ownLines = async (name: string): Promise<string> => {
      const said = await perfgate(name, '--help')
      const own = said.out.split('\n').filter((line) => line === '' || !ofRun.has(line))
      return textOf({ ...said, out: own.join('\n').replaceAll(/\n{3,}/g, '\n\n') })
    }
    const texts = await Promise.all(COMMANDS.map(async ({ name }) => `=== ${name}\n${await ownLines(name)}`))
    await matches('help-commands.txt', texts.join('\n'))
  })
})

test('wrong usage of each command', async () => {
  const lines = [[], ...COMMANDS.map(({ name }) => [name])].flatMap((command) => [
    [...command, '--no-such-flag'],
    [...command, 'no-such-word'],
  ])
  // These would wait for an interrupt.
  const ended = lines.filter(([name, word]) => name !== 'view' || word!.startsWith('--'))
  const texts: string[] = []
  for (const line of ended) {
    const { code, out, err } = await perfgate(...line, ...(line[0] === 'init' ? ['--dry-run'] : []))
    texts.push(`$ perfgate ${line.join(' ')}\nexit code ${code}\n${out}${err}`)
  }
  await matches('wrong-usage.txt', texts.join('\n'))
})

/** Two levels of one scenario, a run that is not finished, a comparison and a capacity search, all with fixed values. */
function storedFolder(): string {
  const folder = newFolder()
  const rows = [madeRow(0), madeRow(1, { response_messages: 'a "quoted", text' }), failedRow(2, 'no capacity')]
  const level = (parallel: number): Partial<Result> => ({
    summary: { ...madeDb(rows).result.summary, concurrency: parallel, succeededRequests: 2, failedRequests: 1 },
    intervals: { 'p50(latency)': [400, 460] },
    errors: { 'http-5xx': 1 },
    thresholds: [
      {
        expression: 'p99(latency) <= 1 s',
        actual: 989.68,
        limit: 1000,
        unit: 'ms',
        n: 2,
        verdict: 'pass',
        message: 'p99(latency) 990 ms is within the limit of 1 s (n = 2)',
      },
    ],
    verdict: 'pass',
  })
  madeDb(rows, { ...level(4), name: 'one' }, folder, 'one_benchmark')
  const set = join(folder, 'set')
  mkdirSync(set)
  madeDb(rows, level(1), set, 'made_1_benchmark')
  madeDb(rows, level(8), set, 'made_8_benchmark')
  writeFileSync(join(set, 'comparison.json'), JSON.stringify(COMPARED))
  writeFileSync(join(set, 'capacity.json'), JSON.stringify(CAPACITY))
  madeDb(rows, null, folder, 'killed')
  return folder
}

/** Every file of a folder that was not there before, by its path, as text. */
async function newFiles(folder: string, before: ReadonlySet<string>): Promise<string[]> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !before.has(path) && statSync(join(folder, path)).isFile())
    .toSorted()
  return Promise.all(paths.map(async (path) => `--- ${path}\n${await contentOf(join(folder, path))}`))
}

async function contentOf(path: string): Promise<string> {
  if (!path.endsWith('.parquet')) return readFileSync(path, 'utf8')
  const bytes = readFileSync(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const rows = await parquetReadObjects({ file })
  return `${rows.map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value))).join('\n')}\n`
}

describe('stored results', () => {
  const stored = storedFolder()

  test.for(EXPORT_FORMATS.map(({ name }) => name))('export --format %s', async (format) => {
    const folder = newFolder()
    cpSync(stored, folder, { recursive: true })
    const before = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    const one = await perfgate('export', join(folder, 'one_benchmark.db'), '--format', format)
    const set = await perfgate('export', join(folder, 'set'), '--format', format)
    const files = await newFiles(folder, before)
    const text = [textOf(one), textOf(set), ...files].join('\n')
    await matches(`export-${format}.txt`, text.replaceAll(stored, folder), folder)
  })

  test('baseline: save, show, compare, record and trend', async () => {
    const folder = newFolder()
    const result = join(stored, 'one_benchmark.json')
    const dirs = ['--baseline-dir', join(folder, 'baselines'), '--outputs-dir', stored]
    const texts: string[] = []
    for (const words of [
      ['show'],
      ['save', 'main', result],
      ['show'],
      ['show', 'main'],
      ['compare', 'main', result, '--regression', 'p50(latency) 5 %'],
      ['record', 'main', result],
      ['trend', 'main', '--figure', 'qps'],
      [],
      ['shwo'],
    ])
      texts.push(`$ baseline ${words.join(' ')}\n${textOf(await perfgate('baseline', ...words, ...dirs))}`)
    await matches('baseline.txt', texts.join('\n').replaceAll(stored, '<stored>'), folder)
  })

  test('report: the words of the page', async () => {
    const folder = newFolder()
    cpSync(stored, folder, { recursive: true })
    const said = await perfgate('report', join(folder, 'set'))
    const page = readFileSync(join(folder, 'set', 'report.html'), 'utf8')
    const words = page
      .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '')
      .replaceAll(/<[^>]*>/g, '\n')
      .replaceAll(/\s*\n\s*/g, '\n')
    await matches('report.txt', `${textOf(said)}\n${words}`.replaceAll(stored, folder), folder)
  })

  test('recover', async () => {
    const folder = newFolder()
    cpSync(stored, folder, { recursive: true })
    const said = await perfgate('recover', join(folder, 'killed.db'), '--json')
    await matches('recover.txt', textOf({ ...said, out: steadyKeys(JSON.parse(said.out)).join('\n') }), folder)
  })
})

/** The paths of all keys; of a list, those of its items together. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value) && value.length === 0) return [`${path}[]`]
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => keysOf(item, `${path}[]`)))]
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, path === '' ? key : `${path}.${key}`))
}

describe('measured results: the keys of --json', async () => {
  const server = await startServer({ ttft: { meanMs: 2 }, itl: { meanMs: 1 }, outputTokens: 3 })
  afterAll(() => server.close())
  const outputs = newFolder()
  const scenario = [
    ...['--model', 'm', '--on-invalid', 'warn', '--sleep-interval', '0', '--outputs-dir', outputs, '--no-config'],
    ...['--no-test-connection', '--json'],
  ]
  const url = ['--url', server.url]
  const limit = ['--threshold', 'p50(latency) < 100 s']

  const lines: [name: string, ...line: string[]][] = [
    ['run', ...url, '--number', '4', ...limit],
    ['levels', ...url, '--number', '4', '--parallel', '1', '2'],
    ['paced', ...url, '--number', '4', '--rate', '200', '--open-loop'],
    ['capacity', ...url, '--number', '2', '--sla-auto-tune', '--sla-upper-bound', '2', '--sla-num-runs', '1', ...limit],
    ['sweep', 'sweep', ...url, '--number', '4', '--to', '2'],
    [
      'compare',
      ...['compare', '--baseline-url', server.url, '--candidate-url', server.url],
      ...['--number', '40', '--regression', 'p50(latency) 100 %'],
    ],
  ]
  test.for(lines)('%s', async ([name, ...line]) => {
    const { out, err } = await perfgate(...line, ...scenario)
    expect(out, err).not.toBe('')
    await matches(`json-${name}.txt`, `${steadyKeys(JSON.parse(out)).join('\n')}\n`)
  })

  test('merge, and a scenario file', async () => {
    const parts = newFolder()
    const startAt = new Date(Date.now() + 3000).toISOString()
    const shard = [
      ...[...url, ...scenario, '--number', '20', '--rate', '20', '--open-loop'],
      ...['--outputs-dir', parts, '--start-at', startAt],
    ]
    const ended = await Promise.all(['1/2', '2/2'].map((part) => perfgate(...shard, '--load-shard', part)))
    expect(ended).toMatchObject([{ code: 0 }, { code: 0 }])
    const merged = await perfgate('merge', parts, '--json', '--outputs-dir', outputs)
    const file = join(parts, 'two.yaml')
    writeFileSync(file, 'name: two\nconfig:\n  number: 2\n')
    const ran = await perfgate(file, ...url, ...scenario)
    const printed = await perfgate(file, ...url, ...scenario, '--print-config')
    const text = [merged, ran, printed].map(({ out, err }) => {
      expect(out, err).not.toBe('')
      return `${steadyKeys(JSON.parse(out)).join('\n')}\n`
    })
    await matches('json-others.txt', text.join('---\n'))
  })
})

/** Options stand in the reference, and which metrics have samples hangs on how fast this machine was. */
function steadyKeys(value: unknown): string[] {
  const keys = keysOf(value)
    .filter((key) => !/\.(reasons|harnessOverheadAgeSeconds)\b/.test(key))
    .map((key) =>
      key
        .replace(/\b(config)\..*/, '$1')
        .replace(/\b(distributions)\.\w+/, '$1.<metric>')
        .replace(/\b(intervals)\..*/, '$1')
        .replace(/\b(workload\.(?:last30s|steady))\..*/, '$1'),
    )
  return [...new Set(keys)]
}
