/** What a run leaves behind besides its result, when it is asked to. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { runPerfBenchmark } from '../../src/index.ts'

const server = await startServer({ ttft: { meanMs: 2 }, itl: { meanMs: 0 }, outputTokens: 3 })
afterAll(() => server.close())
const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-outputs-'))
const scenario = { url: server.url, model: 'm', parallel: [1, 2], number: [4, 6], sleepInterval: 0.01 }

test('progress.json ends at 100 % of the last level, and is there before', async () => {
  const outputsDir = folder()
  const path = join(outputsDir, 'progress.json')
  const seen: number[] = []
  await runPerfBenchmark(
    { ...scenario, outputsDir, enableProgressTracker: true },
    {
      onProgress: () => {
        if (existsSync(path)) seen.push(JSON.parse(readFileSync(path, 'utf8')).percent)
      },
    },
  )
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    status: 'done',
    percent: 100,
    phase: 'measuring',
    level: 1,
    levels: 2,
    done: 6,
    total: 6,
    failed: 0,
  })
  expect(seen.length).toBeGreaterThan(0)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(readdirSync(outputsDir).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('a progress.json that cannot be written is said once, and the run goes on', async () => {
  const outputsDir = folder()
  const blocked = join(outputsDir, 'progress.json.part')
  mkdirSync(blocked)
  const notices: string[] = []
  const outcome = await runPerfBenchmark(
    { ...scenario, outputsDir, enableProgressTracker: true },
    { onNotice: (text) => notices.push(text) },
  )
  expect(outcome.results).toHaveLength(2)
  expect(notices.filter((text) => text.startsWith('progress is not tracked'))).toHaveLength(1)
})

test('--visualizer leaves a run folder beside each result and says what to install', async () => {
  const outputsDir = folder()
  const notices: string[] = []
  await runPerfBenchmark(
    { ...scenario, outputsDir, noTimestamp: true, visualizer: 'wandb' },
    { onNotice: (text) => notices.push(text) },
  )
  const run = join(outputsDir, 'm_benchmark_parallel_2.wandb')
  expect(readdirSync(run).sort()).toEqual(['config.json', 'history.jsonl', 'summary.json', 'upload.py'])
  expect(readFileSync(join(run, 'history.jsonl'), 'utf8').trim().split('\n')).toHaveLength(6)
  expect(notices.filter((text) => text.includes('pip install wandb'))).toHaveLength(2)
})
