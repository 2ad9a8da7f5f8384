/** A scenario that is a function, over the real `node:test`. */
import { expect, test } from 'vitest'
import { finished, startNode } from '../../vitest/childVitest.ts'
import { startEndpoint } from '../../vitest/endpoint.ts'
import { testProject } from './childJest.ts'

test('functions are called with the test context when their tests run', async () => {
  const endpoint = await startEndpoint({ afterMs: 2 })
  const { code, stdout, stderr } = await finished(
    startNode(testProject('nodeTest'), ['--test', '--test-reporter=tap', 'functions.perf.mjs'], {
      ENDPOINT: endpoint.url,
    }),
  )
  await endpoint.close()
  expect(stdout.match(/^ *(not )?ok \d+ - .*/gm), stdout + stderr).toEqual([
    'ok 1 - from a function',
    'ok 2 - row 1',
    'ok 3 - row 2',
    'ok 4 - sides from a function',
    'ok 5 - a search from a function',
    'ok 6 - an empty url',
  ])
  expect(code).toBe(0)
})
