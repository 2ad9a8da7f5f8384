/** The jobs of docs/ci.md, run as they stand on a project whose answers get longer from one commit to the next. */
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { validate } from 'ctrf'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { yamlOfDocs } from '../docs/yamlOfDocs.ts'
import { attempt, type Ended, ROOT, run } from '../package/project.ts'
import { BIN } from '../program.ts'
import { parseOpenMetrics } from '../report/openMetricsParser.ts'
import { projectPath, temporaryFolder } from '../vitest/childVitest.ts'
import { readJUnit } from '../vitest/junit.ts'
import { type Received, startCollector } from './collector.ts'

interface Step {
  name?: string
  run?: string
  if?: string
  'continue-on-error'?: boolean
}

const [github, gitlab] = yamlOfDocs('ci.md').map((text) => parseYaml(text)) as [
  { jobs: { perf: { steps: Step[] } } },
  { perf: { script: string[]; after_script: string[] } },
]
const { path: folder, remove } = temporaryFolder()
afterAll(remove)

/** What `npm ci` would install, and programs in place of npm’s that link and start it: nothing is asked for on the network. */
const bin = join(folder, 'bin')
const modules = join(folder, 'node_modules')
const environment = (more: Record<string, string>): Record<string, string> => ({
  PATH: [bin, dirname(process.execPath), process.env['PATH']].join(':'),
  CI: 'true',
  ...more,
})

function linkPackages(): void {
  mkdirSync(bin)
  mkdirSync(join(modules, '.bin'), { recursive: true })
  symlinkSync(ROOT, join(modules, 'perfgate'))
  symlinkSync(BIN, join(modules, '.bin', 'perfgate'))
  for (const name of ['vitest', '.bin/vitest']) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  const programs = {
    npm: `[ "$1" = ci ] && ln -s "${modules}" "\${3:-.}/node_modules"`,
    // npm's own takes longer to start than what it starts.
    npx: 'name="$1"; shift; exec "node_modules/.bin/$name" "$@"',
  }
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
}

function checkOut(place: string, maxTokens: number): string {
  cpSync(projectPath('ci'), place, { recursive: true })
  writeFileSync(join(place, 'package.json'), '{ "private": true, "type": "module" }')
  const file = join(place, 'perf/chat.perf.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace('maxTokens: 4', `maxTokens: ${maxTokens}`))
  return place
}

/** The steps of the job that are commands, but for the one that writes to GitHub; as its runner goes through them. */
async function runOnGitHub(): Promise<{ head: string; ended: Map<string, Ended> }> {
  const head = checkOut(join(folder, 'github'), 32)
  checkOut(join(head, 'base'), 4)
  const env = environment({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(head, 'job.md') })
  const ended = new Map<string, Ended>()
  let hasFailed = false
  for (const step of github.jobs.perf.steps) {
    const { name = 'install', run: script, if: condition = '' } = step
    if (script === undefined || script.startsWith('gh ')) continue
    if (hasFailed && !condition.includes('always()')) continue
    const one = await attempt(head, ['bash', '-e', '-c', script], env)
    ended.set(name, one)
    hasFailed ||= one.code !== 0 && step['continue-on-error'] !== true
  }
  return { head, ended }
}

async function runOnGitLab(): Promise<{ head: string; ended: Map<string, Ended> }> {
  const head = checkOut(join(folder, 'gitlab'), 4)
  const git = (...words: string[]): Promise<Ended> =>
    run(head, ['git', '-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...words])
  const commit = async (message: string): Promise<string> => {
    await git('add', '.')
    await git('commit', '--quiet', '--message', message)
    return (await git('rev-parse', 'HEAD')).stdout.trim()
  }
  await git('init', '--quiet')
  const base = await commit('base')
  checkOut(head, 32)
  await commit('head')
  const env = environment({ CI_MERGE_REQUEST_DIFF_BASE_SHA: base })
  const ended = new Map<string, Ended>()
  for (const part of ['script', 'after_script'] as const)
    ended.set(part, await attempt(head, ['bash', '-eo', 'pipefail', '-c', gitlab.perf[part].join('\n')], env))
  return { head, ended }
}

const shell = process.platform === 'win32' ? '(skipped: the jobs run in bash)' : ''

describe.skipIf(shell !== '')(`the jobs of docs/ci.md ${shell}`, () => {
  let onGitHub: Awaited<ReturnType<typeof runOnGitHub>>
  let onGitLab: typeof onGitHub

  beforeAll(async () => {
    linkPackages()
    ;[onGitHub, onGitLab] = await Promise.all([runOnGitHub(), runOnGitLab()])
  })

  test('GitHub’s fails with the gate of the head, and makes its files all the same', () => {
    const { ended } = onGitHub
    expect([...ended].map(([name, { code }]) => [name, code])).toEqual([
      ['install', 0],
      ['base', 0],
      ['head', 1],
      ['summary', 0],
    ])
    expect(ended.get('head')!.stdout).toMatch(/^::error file=.*chat\.perf\.ts.*ThresholdError: max\(outputTokens\)/m)
    const [job, summary, shifts] = ['job.md', 'reports/summary.md', 'reports/shifts.md'].map((name) =>
      readFileSync(join(onGitHub.head, name), 'utf8'),
    ) as [string, string, string]
    expect(summary.endsWith(`\n${shifts}`)).toBe(true)
    expect(job).toContain(summary.slice(0, -shifts.length - 1))
    expect(job.endsWith(shifts)).toBe(true)
    // That of the base is not in it.
    expect(job.match(/^## . perfgate:/gmu)).toHaveLength(1)
  })

  test('GitLab’s too', () => {
    expect([...onGitLab.ended].map(([name, { code }]) => [name, code])).toEqual([
      ['script', 1],
      ['after_script', 0],
    ])
    const metrics = readFileSync(join(onGitLab.head, 'reports/metrics.txt'), 'utf8')
    const kept = parseOpenMetrics(metrics).find(({ name }) => name === 'perfgate_threshold_kept')!
    expect(kept.samples.map(({ labels, value }) => [labels['expression'], value])).toEqual([
      ['max(outputTokens) <= 8', 0],
      ['successRate >= 100 %', 1],
    ])
  })

  test.for([
    ['GitHub', () => onGitHub],
    ['GitLab', () => onGitLab],
  ] as const)('%s: the summary has the head’s verdict, and its figures against those of the base', ([, of]) => {
    const { head } = of()
    const text = readFileSync(join(head, 'reports/summary.md'), 'utf8')
    expect(text).toMatch(/^## ❌ perfgate: fail, 0 of 1 test passed, 1 failed/)
    const [before] = text.split('<details>')
    expect(before).toContain(
      '&gt; chat: ThresholdError: max(outputTokens) 32 tokens is above the limit of 8 tokens (n = 12)',
    )
    const after = text.split('</details>').at(-1)
    const [was, is] = [join(head, 'base'), head].map(medianLatency)
    expect(after).toMatch(new RegExp(`^\\| chat \\| ${was} \\([^)]+\\) → ${is} \\([^)]+\\) \\(\\+\\d+\\.\\d %\\)`, 'm'))
  })

  test.for([
    ['GitHub', () => onGitHub],
    ['GitLab', () => onGitLab],
  ] as const)('%s: the other files are there, and are what they are said to be', ([, of]) => {
    const read = (name: string): string => readFileSync(join(of().head, 'reports', name), 'utf8')
    const ctrf = JSON.parse(read('ctrf.json'))
    expect(validate(ctrf)).toMatchObject({ valid: true })
    expect(ctrf.results.summary).toMatchObject({ tests: 2, passed: 1, failed: 1 })
    expect(read('report.html')).toMatch(/^<!doctype html>/i)
    const cases = readJUnit(join(of().head, 'reports/junit.xml'))
    expect(cases.map(({ name, failure }) => [name, failure?.type])).toEqual([['chat', 'ThresholdError']])
    expect(cases[0]!.properties).toMatchObject({ 'perf.total_requests': '12', 'perf.verdict': 'fail' })
  })

  test('requests of a run that was measured are exported to where others read them: all twelve, in each format', async () => {
    const { head } = onGitHub
    const exported = async (format: string): Promise<Buffer> => {
      const out = join(head, `exported.${format}`)
      const world = fakeWorld()
      const code = await main(['export', join(head, 'reports'), '--format', format, '--out', out], world)
      expect([format, code, world.err()]).toEqual([format, 0, ''])
      return readFileSync(out)
    }
    expect(parse(await exported('csv'), { columns: true })).toHaveLength(12)
    const { buffer } = new Uint8Array(await exported('parquet'))
    expect(await parquetReadObjects({ file: buffer })).toHaveLength(12)
    const latency = parseOpenMetrics((await exported('openmetrics')).toString()).find(
      ({ name }) => name === 'perfgate_latency_seconds',
    )!
    expect(latency.samples.find(({ name }) => name.endsWith('_count'))!.value).toBe(12)
    const collector = await startCollector()
    const world = fakeWorld({ env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' } })
    const target = ['--format', 'otlp', '--endpoint', collector.url]
    expect(await main(['export', join(head, 'reports'), ...target], world), world.err()).toBe(0)
    collector.close()
    const [, traces] = collector.received as [Received, Received & { message: { resourceSpans: ResourceSpans } }]
    expect(traces.message.resourceSpans[0]!.scopeSpans[0]!.spans).toHaveLength(12)
  })
})

type ResourceSpans = { scopeSpans: { spans: unknown[] }[] }[]

/** Of the one result in a project's reports, milliseconds as the summary writes them. */
function medianLatency(project: string): string {
  const reports = join(project, 'reports')
  const [result, ...others] = readdirSync(reports).filter((name) => /_benchmark_.*\.json$/.test(name))
  expect(others).toEqual([])
  const { distributions } = JSON.parse(readFileSync(join(reports, result!), 'utf8'))
  return (distributions.latency.p50 as number).toFixed(1).replace(/\.0$/, '')
}
