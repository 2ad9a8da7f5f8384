/** Each project of examples/ as its reader runs it, with the packages of this repository: its own test passes and measured what it says. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { finished, startNode } from '../vitest/childVitest.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const names = readdirSync(examples).filter((name) => existsSync(join(examples, name, 'package.json')))

// The models of the last two take 30 ms to their first token, so no true figure is below.
const says: Record<string, RegExp[]> = {
  embeddings: [/\+ itemsPerSecond/, /\+ successRate 100 % .*\(n = 40\)/],
  gateway: [/p50\(ttft\)/, /p50\(latency\)/, /successRate/],
  'rag-custom': [/\+ min\(ttft\) (29|[3-9]\d|\d{3})(\.\d+)? ms/, /\+ successRate 100 % .*\(n = 24\)/],
  'vitest-nextjs-ai-sdk': [/\+ min\(ttft\) (29|[3-9]\d|\d{3})(\.\d+)? ms/, /\+ successRate 100 % .*\(n = 24\)/],
}

test('every example is run here', () => {
  expect(names).toEqual(Object.keys(says).sort())
})

test.each(names)('%s passes its own gates', async (name) => {
  const { code, stdout, stderr } = await finished(startNode(join(examples, name), [vitest, 'run'], {}))
  expect(code, stdout + stderr).toBe(0)
  for (const figure of says[name]!) expect(stdout).toMatch(figure)
})
