/** The commands of docs/capacity.md and docs/baselines.md, run as they stand but for the port and the number of requests. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServerThread } from '../fixtures/index.ts'
import { main } from '../src/cli/index.ts'
import { fakeWorld } from './cli/fakeWorld.ts'
import { finished, startNode } from './vitest/childVitest.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const docs = (name: string): string => readFileSync(path(`../docs/${name}`), 'utf8')

let server: Awaited<ReturnType<typeof startServerThread>>
const home = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'perfgate-'))

beforeAll(async () => {
  server = await startServerThread({ slots: 8, ttft: { meanMs: 15 }, itl: { meanMs: 1 }, outputTokens: 5 })
  process.chdir(folder)
})
afterAll(async () => {
  process.chdir(home)
  await server.close()
})

/** The fenced blocks of one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code!)
}

/** The commands of all shell blocks, continued lines joined. */
function commands(text: string): string[] {
  return blocks(text, 'sh').flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .trim()
      .split('\n'),
  )
}

/** Where a flag is given twice the last one counts. */
function small(command: string): string {
  if (/perfgate (baseline|serve)/.test(command)) return ''
  const fewer = command.includes('--sla-auto-tune')
    ? '--sla-num-runs 1 --sla-number-multiplier 1 --sla-upper-bound 8'
    : command.includes('sweep')
      ? '--number 8 --to 2'
      : ''
  return `${fewer} --sleep-interval 0 --on-invalid warn`
}

interface Ended {
  code: number
  out: string
  err: string
}

/** The shell splits the words, so that quoting is its own; the command runs in this process, as starting one takes time. */
async function shell(command: string): Promise<Ended> {
  const own = `${command.replaceAll('http://127.0.0.1:8000', server.url).replace(/--number \d+/, '--number 8')} ${small(command)}`
  const script = own.replace(/^npx perfgate/, "printf '%s\\0'")
  const words = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
  const world = fakeWorld({ columns: 120 })
  const code = await main(words, world)
  return { code, out: world.out(), err: world.err() }
}

describe('docs/capacity.md', () => {
  const all = commands(docs('capacity.md')).filter((command) => !command.includes('perfgate serve'))

  test('has the commands that are tried here', () => {
    expect(all).toHaveLength(6)
  })

  test.each(all)('%s', async (command) => {
    const { code, out, err } = await shell(command)
    expect(err).not.toContain('perfgate: ')
    // A busy machine may be slower than the example's service level: that is a verdict, not a mistake.
    expect([0, 1]).toContain(code)
    if (command.includes('--sla-auto-tune')) {
      expect(out).toContain('Capacity search, levels tried:')
      expect(out).toContain('Max satisfied:')
      const [, file] = /^Result JSON: (.*)$/m.exec(out)!
      expect(JSON.parse(readFileSync(file!, 'utf8'))).toMatchObject({ kind: 'capacity' })
    } else {
      expect(out).toContain('Performance overview:')
    }
    if (command.includes('--sla-gate'))
      expect(out).toMatch(
        /Verdict: pass, maxParallel[\s\S]*\n {2}\+ maxParallel 8 or more is at least 4 \(with p99\(latency\) <= 10 s/,
      )
    if (command.includes('sweep')) expect(out).toContain('Latency over throughput:')
  })
})

describe('docs/baselines.md', () => {
  test('every command works, one after another', async () => {
    const all = commands(docs('baselines.md'))
    expect(all).toHaveLength(9)
    const shown: string[] = []
    for (const command of all) {
      const { code, out, err } = await shell(command)
      expect(`${command}\n${err}`).not.toContain('perfgate: ')
      expect([0, 1], command).toContain(code)
      shown.push(out)
    }
    const output = shown.join('\n')
    expect(output).toMatch(/Saved baselines\/main\.json: 1 result/)
    expect(output).toMatch(/successRate 0 points [\s\S]*100 % of\s+baseline\s+main/)
    expect(output).toMatch(/Change \[95 %\]/)
    expect(output).toMatch(/Added 1 result to baselines\/main\.history\.jsonl: 2 in all/)
    expect(output).toMatch(/2 results of the last 2\./)
  })
})

test('the tests of both run in Vitest', async () => {
  const source = [...blocks(docs('capacity.md'), 'ts'), ...blocks(docs('baselines.md'), 'ts')]
  expect(source).toHaveLength(2)
  const body = source.map((code) => code.replace(/^import .*\n/m, '')).join('\n')
  const tests = `import { perfTest } from ${JSON.stringify(path('../src/testing/vitest/index.ts'))}\n${body}`
  const quick = tests
    .replaceAll("model: 'qwen2.5',", "model: 'qwen2.5', sleepInterval: 0, slaNumRuns: 1, onInvalid: 'warn',")
    .replaceAll('number: 200', 'number: 8')
    // Of eight requests a median has no interval to speak of.
    .replace("'p50(latency)': '10 %', successRate: '5 pp'", "successRate: '99 pp'")
  writeFileSync(join(folder, 'docs.perf.ts'), quick)
  const vitest = path('../node_modules/vitest/vitest.mjs')
  const config = path('./vitest/projects/capacity/vitest.config.ts')
  const run = await finished(
    startNode(folder, [vitest, 'run', '--root', folder, '--config', config], { LLM_URL: server.url, OUTPUTS: folder }),
  )
  expect(`${run.stdout}${run.stderr}`).toMatch(/Tests {2}2 passed \(2\)/)
  // Long enough to wait for the perf tests of others on this machine.
})
