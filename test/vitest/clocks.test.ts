/** Tests may replace timers, `Date` and `performance`: loads go on, and results have the true date. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runVitest, testFolder } from './childVitest.ts'

test.each([
  { title: 'with fake timers', environment: { ENVIRONMENT: 'node', FAKE: 'yes' } },
  { title: 'with the timers and the clock of a browser', environment: { ENVIRONMENT: './window.ts' } },
])('a perf test runs $title', async ({ environment }) => {
  const folder = testFolder()
  const startedAt = Date.now()
  const { code, stdout, stderr } = await runVitest('clocks', ['--testTimeout=60000'], {
    OUTPUTS: folder,
    ...environment,
  })
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toContain('2 passed')
  const results = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const dates = results.map((name) => Date.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')).startedAt))
  expect(dates.length).toBeGreaterThan(1)
  for (const date of dates) {
    expect(date).toBeGreaterThanOrEqual(startedAt)
    expect(date).toBeLessThanOrEqual(Date.now())
  }
})
