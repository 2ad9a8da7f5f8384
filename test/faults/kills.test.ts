/** kill -9 at random moments; `npm run kills` does it fifty times. */
import { expect, test } from 'vitest'
import { killRuns } from './kills.ts'

test('a killed run leaves a sound DB with all that was finished a second before, and recover makes a result of it', async () => {
  const kills = await killRuns({ times: 10, seed: 7, side: 4, withinMs: 2500 })
  expect(kills).toHaveLength(10)
  // Otherwise nothing was put to the test.
  expect(kills.filter(({ finished }) => finished > 20).length).toBeGreaterThan(5)
  for (const { lost, rows, recovered } of kills) {
    expect(lost).toEqual([])
    expect(recovered).toMatchObject({ verdict: 'undecided', total: rows })
    expect(recovered.status).toMatch(/^(interrupted|none)$/)
  }
})
