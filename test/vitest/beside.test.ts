/** The plugin in the config of all tests leaves the others as they are. */
import { expect, test } from 'vitest'
import { runVitest, testFolder } from './childVitest.ts'

test('unit tests of the same config still run side by side, and perf tests after them', async () => {
  const { code, stdout, stderr } = await runVitest('beside', [], { OUTPUTS: testFolder() })
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/Test Files\s+4 passed/)
})
