/** How far a load is, told while its test runs. */
import { expect, test } from 'vitest'
import { runJest, testProject } from './childJest.ts'

test('there is a line every 15 seconds, on stderr', async () => {
  const { code, stderr } = await runJest(testProject('live'), [], { SECONDS: '18' })
  expect(code, stderr).toBe(0)
  const line =
    /takes a while: measuring \d+\/1000000, [\d.]+ requests\/s, 0 failed, \d in flight, \d+ tokens\/s, p99 [\d.]+ m?s, ETA \d+ s/g
  expect(stderr.match(line), stderr).toHaveLength(1)
})
