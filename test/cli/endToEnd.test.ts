import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { resultSchema } from '../../src/result/index.ts'
import { BIN } from '../program.ts'

const server = await startServer({ ttft: { meanMs: 5 }, itl: { meanMs: 1 }, outputTokens: 20, apiKey: 'k-123' })
afterAll(() => server.close())
const url = `${server.url}/chat/completions`

interface Ended {
  code: number
  stdout: string
  stderr: string
}

function perfgate(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [BIN, ...args],
      { env: { ...process.env, PERFGATE_API_KEY: 'k-123', ...env } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-'))

describe('npx perfgate', () => {
  it('the quick start prints both tables and leaves a DB with 15 rows and a result of the stated shape', async () => {
    const outputs = folder()
    const run = await perfgate([
      '--url',
      url,
      '--parallel',
      '1',
      '--model',
      'qwen2.5',
      '--number',
      '15',
      '--api',
      'openai',
      '--dataset',
      'openqa',
      '--stream',
      '--outputs-dir',
      outputs,
      // Whether this machine is too busy to measure is no matter here.
      '--on-invalid',
      'warn',
    ])
    expect(run.stderr).not.toContain('Error')
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('Benchmarking summary:')
    expect(run.stdout).toMatch(/Succeed requests +\| 15 /)
    expect(run.stdout).toContain('Percentile results:')
    const names = readdirSync(outputs)
    const db = names.find((name) => /^qwen2\.5_benchmark_\d{8}_\d{6}\.db$/.test(name))
    expect(names.sort()).toEqual([db, db?.replace('.db', '.json')])
    const result = resultSchema.parse(JSON.parse(readFileSync(join(outputs, db!.replace('.db', '.json')), 'utf8')))
    expect(result.summary).toMatchObject({ totalRequests: 15, succeededRequests: 15, outputTokensPerRequest: 20 })
    expect(result.verdict).toBe('none')
    // Python's own SQLite reads it, without anything of ours.
    const query = `import sqlite3,json,sys
rows = sqlite3.connect(sys.argv[1]).execute("select success, prompt_tokens, completion_tokens, latency, inter_token_latencies, request, response_messages from result").fetchall()
print(json.dumps([[*row[:4], len(json.loads(row[4])), json.loads(row[5])["model"], len(row[6])] for row in rows]))`
    const rows = await new Promise<unknown[][]>((resolve, reject) =>
      execFile('python3', ['-c', query, join(outputs, db!)], (error, stdout) =>
        error ? reject(error) : resolve(JSON.parse(stdout)),
      ),
    )
    expect(rows).toHaveLength(15)
    for (const [success, input, output, latency, gaps, model, text] of rows) {
      expect([success, output, gaps, model]).toEqual([1, 20, 19, 'qwen2.5'])
      expect(input).toBeGreaterThan(0)
      // 5 ms to the first token and 19 gaps of 1 ms: no answer can be faster.
      expect(latency).toBeGreaterThanOrEqual(0.024)
      expect(text).toBeGreaterThan(0)
    }
  })

  it('no secret is in any file or output', async () => {
    const outputs = folder()
    const run = await perfgate([
      '--url',
      url,
      '--model',
      'm',
      '--number',
      '3',
      '--outputs-dir',
      outputs,
      '--headers',
      'x-api-key=planted-7',
      '--debug',
      '--on-invalid',
      'warn',
    ])
    expect(run.code).toBe(0)
    const everything = [
      run.stdout,
      run.stderr,
      ...readdirSync(outputs).map((name) => readFileSync(join(outputs, name), 'latin1')),
    ].join('')
    expect(everything).not.toContain('k-123')
    expect(everything).not.toContain('planted-7')
  })

  it('--json gives the result and nothing else on stdout', async () => {
    const run = await perfgate(['--url', url, '--model', 'm', '--number', '4', '--outputs-dir', folder(), '--json'])
    expect(resultSchema.parse(JSON.parse(run.stdout)).summary.totalRequests).toBe(4)
  })

  it('a broken threshold exits with 1 and says the whole story', async () => {
    const run = await perfgate([
      '--url',
      url,
      '--model',
      'm',
      '--number',
      '4',
      '--outputs-dir',
      folder(),
      '--threshold',
      'p99(latency) < 1 ms',
    ])
    expect(run.code).toBe(1)
    expect(run.stdout).toMatch(
      /p99\(latency\) [\d.]+ ms is above 1 ms \(n = 4\)|p99\(latency\) [\d.]+ ms .*1 ms.*n = 4/,
    )
  })

  it.each([
    [['--paralel', '4'], '--parallel'],
    [['--parallel', 'many'], 'parallel'],
    [['--dataset', 'openqq'], 'did you mean "openqa"?'],
    [['--api', 'opnai'], 'did you mean "openai"?'],
    [['--dataset', 'openqa', '--dataset-path', '/nowhere/q.jsonl'], '"/nowhere/q.jsonl"'],
    [['--threshold', 'p99(latncy) < 1 s'], 'did you mean "latency"?'],
    [['--threshold', 'goodput >= 1 /s'], 'add objectives'],
    [['--number', '1', '2', '--parallel', '1'], 'number'],
    [['--url', 'nonsense'], 'url'],
  ])('%j is wrong usage: exit 2, named, and nothing is sent', async (args, text) => {
    const before = server.requests.length
    const run = await perfgate(['--url', url, '--model', 'm', '--number', '2', '--outputs-dir', folder(), ...args])
    expect(run.code).toBe(2)
    expect(run.stderr).toContain(text)
    expect(server.requests.length).toBe(before)
  })

  it('an empty dataset and a wrong line are named with file and line', async () => {
    const path = join(folder(), 'q.jsonl')
    writeFileSync(path, '\n')
    expect((await perfgate(['--url', url, '--dataset-path', path])).stderr).toContain('holds no prompts')
    writeFileSync(path, '{"question":"a"}\n{"question":7}\n')
    const run = await perfgate(['--url', url, '--dataset-path', path])
    expect(run.code).toBe(2)
    expect(run.stderr).toContain('q.jsonl line 2: field "question" must be a non-empty string, got number')
  })

  it('an endpoint that is down, unauthorised or not there exits with 3 and gives its words', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const down = await perfgate(['--url', `http://127.0.0.1:${port}`, '--model', 'm'])
    expect([down.code, down.stderr]).toEqual([3, expect.stringContaining('connect-refused')])
    const locked = await perfgate(['--url', url, '--model', 'm'], { PERFGATE_API_KEY: 'wrong' })
    expect([locked.code, locked.stderr]).toEqual([3, expect.stringContaining('Incorrect API key provided')])
    const lost = await perfgate(['--url', `${server.url}/x/completions`, '--model', 'm'])
    expect([lost.code, lost.stderr]).toEqual([3, expect.stringContaining('HTTP 404')])
  })

  it('Ctrl-C ends the run with 130, and what was measured is summarised and on disk', async () => {
    const outputs = folder()
    const child = spawn(
      process.execPath,
      [BIN, '--url', url, '--model', 'm', '--number', '1000000', '--outputs-dir', outputs],
      { env: { ...process.env, PERFGATE_API_KEY: 'k-123' } },
    )
    let stdout = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.resume()
    const before = server.requests.length
    await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBeGreaterThan(before + 20)
    child.kill('SIGINT')
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).toBe(130)
    expect(stdout).toContain('Benchmarking summary:')
    const db = new DatabaseSync(join(outputs, readdirSync(outputs).find((name) => name.endsWith('.db'))!))
    expect((db.prepare('select count(*) as n from result where success = 1').get() as { n: number }).n).toBeGreaterThan(
      10,
    )
    db.close()
  })

  it('kill -9 leaves a DB that is whole and holds what had finished', async () => {
    const outputs = folder()
    const child = spawn(
      process.execPath,
      [BIN, '--url', url, '--model', 'm', '--number', '1000000', '--outputs-dir', outputs],
      { stdio: 'ignore', env: { ...process.env, PERFGATE_API_KEY: 'k-123' } },
    )
    const find = (): string | undefined => readdirSync(outputs).find((name) => name.endsWith('.db'))
    const count = (): number => {
      const name = find()
      if (name === undefined) return 0
      try {
        const db = new DatabaseSync(join(outputs, name), { readOnly: true })
        const { n } = db.prepare('select count(*) as n from result').get() as { n: number }
        db.close()
        return n
      } catch {
        return 0
      }
    }
    await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(5)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const db = new DatabaseSync(join(outputs, find()!))
    expect(db.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect((db.prepare('select count(*) as n from result').get() as { n: number }).n).toBeGreaterThan(5)
    db.close()
  })
})
