/** Scenario files and the config file in Vitest: each scenario a test, the config file under all of them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectPath, runVitest, testFolder } from './childVitest.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { readJUnit } from './junit.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await startEndpoint({ afterMs: 5 })
})
afterAll(() => endpoint.close())

test('each scenario is a test, with the options of the config file under it', async () => {
  const outputs = testFolder()
  const xml = join(testFolder(), 'junit.xml')
  const { code, stdout } = await runVitest(
    'scenarios',
    ['--reporter=default', '--reporter=junit', `--outputFile.junit=${xml}`],
    { ENDPOINT: endpoint.url, OUTPUTS: outputs },
  )
  expect(code, stdout).toBe(1)
  expect(
    readJUnit(xml).map(({ name, properties }) => [name, properties['perf.total_requests'], properties['perf.verdict']]),
  ).toEqual([
    ['chat at 1', '6', 'pass'],
    ['chat at 2', '6', 'pass'],
    ['too slow', '3', 'fail'],
    ['written here', '2', 'pass'],
  ])
  // The plugin's own folder is said nearer to the tests than the file's.
  expect(existsSync(join(projectPath('scenarios'), 'not-here'))).toBe(false)
  expect(stdout).toContain('successRate 100 % is at least 99 %')
  // Four scenarios name no model, so each asks once for those that are served.
  expect(endpoint.requests).toBe(17 + 4)
})

test('a mistake of the config file is named with its line where a test meets it', async () => {
  const before = endpoint.requests
  const { code, stderr } = await runVitest('scenarios', [], { CONFIG: 'wrong.config.yaml', OUTPUTS: testFolder() })
  expect(code).toBe(1)
  expect(stderr).toMatch(/wrong\.config\.yaml:3: option "rate": has 2 values but "parallel" has 3/)
  expect(endpoint.requests).toBe(before)
})
