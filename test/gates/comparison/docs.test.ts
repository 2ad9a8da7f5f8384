/** The examples of docs/comparison.md are scenarios and command lines that perfgate takes. */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { expect, test } from 'vitest'
import { compareCommand } from '../../../src/cli/commands/compare.ts'
import { resolveComparison } from '../../../src/run/index.ts'
import { fakeWorld } from '../../cli/fakeWorld.ts'
import { COMPARED } from '../../report/comparedResult.ts'

const docs = readFileSync(new URL('../../../docs/comparison.md', import.meta.url), 'utf8')
const examples = (language: string): string[] =>
  [...docs.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!)

/** Runs an example with these in place of what it imports. */
async function scenariosOf(text: string): Promise<Record<string, unknown>[]> {
  const scenarios: Record<string, unknown>[] = []
  const names = ['perfTest', 'runComparison', 'process']
  const values = [
    { compare: (_: string, scenario: Record<string, unknown>) => scenarios.push(scenario) },
    async (scenario: Record<string, unknown>) => {
      scenarios.push(scenario)
      return { result: COMPARED, verdict: 'pass' }
    },
    { env: { BASE_URL: 'http://127.0.0.1:8000', HEAD_URL: 'http://127.0.0.1:8001' } },
  ]
  const code = stripTypeScriptTypes(text).replace(/^import .*$/gm, '')
  // biome-ignore lint/security/noGlobalEval: the text is our own documentation.
  await eval(`(async (${names}) => {${code}})`)(...values)
  return scenarios
}

test('every example in TypeScript is a comparison that resolves', async () => {
  const texts = examples('ts')
  expect(texts).toHaveLength(3)
  for (const text of texts) {
    const [scenario] = await scenariosOf(text)
    const { regressions, sides } = resolveComparison(scenario!)
    expect(regressions[0]!.key).toBe('p50(latency)')
    expect([sides.baseline, sides.candidate].map(({ config }) => config.url)).toEqual([
      expect.stringContaining('127.0.0.1:8000'),
      expect.stringContaining('127.0.0.1:8001'),
    ])
  }
})

test('every command line is one that the CLI takes', async () => {
  const lines = [...examples('sh'), ...examples('yaml')].flatMap((text) =>
    [...text.replaceAll(/\\\n\s*/g, ' ').matchAll(/npx perfgate compare (.*)/g)].map(([, words]) => words!),
  )
  expect(lines).toHaveLength(2)
  for (const line of lines) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
    const configs: Record<string, unknown>[] = []
    await compareCommand(words, fakeWorld(), async (config) => {
      configs.push(config)
      return { result: COMPARED, verdict: 'fail', jsonPath: null }
    })
    expect(Object.keys(resolveComparison(configs[0]!).sides)).toEqual(['baseline', 'candidate'])
  }
})
