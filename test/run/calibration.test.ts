import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { renderText, runDocument } from '../../src/report/index.ts'
import { calibrate, calibrationPath } from '../../src/run/calibration.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'

/** Load threads that take longer each time they are timed. */
let timed: boolean[]
const pool = {
  calibrate: async (_requests?: number, isTimed = true) => {
    timed.push(isTimed)
    return isTimed ? timed.length / 4 : null
  },
}

beforeEach(() => {
  timed = []
  useTemporaryFolder(mkdtempSync(join(tmpdir(), 'perfgate-')))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 12) })
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** As each system is told it. */
function useTemporaryFolder(path: string): void {
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, path)
}

const later = (minutes: number): void => void vi.setSystemTime(Date.now() + minutes * 60_000)

test('a figure is kept for the runs of the next ten minutes, and says how old it is', async () => {
  expect(await calibrate(pool, 500)).toEqual({ overheadMs: 0.25, ageSeconds: undefined })
  later(9)
  expect(await calibrate(pool, 500)).toEqual({ overheadMs: 0.25, ageSeconds: 540 })
  // It ages from its measurement on, not from its last use.
  later(2)
  expect(await calibrate(pool, 500)).toEqual({ overheadMs: 0.75, ageSeconds: undefined })
  expect(timed).toEqual([true, false, true])
  // No draft is left beside it.
  expect(readdirSync(dirname(calibrationPath()))).toHaveLength(1)
})

test.each<[string, (text: string) => string]>([
  ['of another machine, or Node, or perfgate', (text) => text.replace(process.version, 'v0.1.2')],
  ['of tomorrow', (text) => text.replace(/"measuredAt":\d+/, `"measuredAt":${Date.UTC(2026, 0, 3, 12)}`)],
  ['that is no figure', (text) => text.replace('0.25', '"fast"')],
  ['that is nothing', (text) => text.replace('0.25', '0')],
  ['cut off', (text) => text.slice(0, 40)],
  ['null', () => 'null'],
])('a kept figure %s is not believed, and replaced', async (_, change) => {
  await calibrate(pool, 0)
  const path = calibrationPath()
  const text = readFileSync(path, 'utf8')
  expect(change(text)).not.toBe(text)
  writeFileSync(path, change(text))
  expect(await calibrate(pool, 0)).toEqual({ overheadMs: 0.5, ageSeconds: undefined })
  expect(await calibrate(pool, 0)).toEqual({ overheadMs: 0.5, ageSeconds: 0 })
})

test('where nothing can be kept, each run measures its own', async () => {
  useTemporaryFolder('/nowhere/at/all')
  await calibrate(pool, 0)
  await calibrate(pool, 0)
  expect(timed).toEqual([true, true])
})

test('what broke is not kept', async () => {
  expect(await calibrate({ calibrate: async () => null }, 0)).toBeNull()
  expect(readdirSync(dirname(calibrationPath()))).toEqual([])
})

test('two runs of a machine: the first measures, the second reports the same figure as kept', async () => {
  const outputsDir = mkdtempSync(join(tmpdir(), 'perfgate-'))
  const run = async () =>
    (await runPerfBenchmark({ number: 3, parallel: 1, outputsDir, noTestConnection: true })).result
  const first = await run()
  later(3)
  const second = await run()
  expect(first.client.harnessOverheadMs).toBeGreaterThan(0)
  expect(first.client.harnessOverheadAgeSeconds).toBeUndefined()
  expect(second.client.harnessOverheadMs).toBe(first.client.harnessOverheadMs)
  expect(second.client.harnessOverheadAgeSeconds).toBe(180)
  expect(renderText(runDocument(second)).replace(/\s+/g, ' ')).toContain(
    'loopback, measured on this machine 3 min ago)',
  )
})
