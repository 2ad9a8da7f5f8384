/** docs/configuration.md and docs/scenarios.md: their files are read, their commands run, their TypeScript checked. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServerThread } from '../../fixtures/index.ts'
import { main } from '../../src/cli/index.ts'
import { loadConfig } from '../../src/config/files/index.ts'
import { loadScenarios } from '../../src/scenarios/index.ts'
import { PARTS } from '../../src/scenarios/shape.ts'
import { fakeRun, fakeWorld } from '../cli/fakeWorld.ts'
import { placeWith } from '../scenarios/place.ts'
import { wordsOf } from './evalscope/place.ts'

const docs = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const configuration = docs('configuration.md')
const scenarios = docs('scenarios.md')
const commandsOf = (page: string): string[] => [...page.matchAll(/^npx perfgate (.*)$/gm)].map(([, words]) => words!)

/** The YAML files of a page, by the name in their first line. */
function filesOf(page: string): Record<string, string> {
  return Object.fromEntries(
    [...page.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)].map(([, name, text]) => [name!, text!]),
  )
}

let server: Awaited<ReturnType<typeof startServerThread>>
beforeAll(async () => {
  server = await startServerThread({ slots: 16, ttft: { meanMs: 1 }, itl: { meanMs: 0 }, outputTokens: 3 })
})
afterAll(() => server.close())

test('the TypeScript of both is what the compiler checks in scenariosCode.ts', () => {
  const plain = (code: string): string =>
    code
      .replace(/^(import|\/\/) .*$/gm, '')
      .replaceAll(/\s+/g, ' ')
      .trim()
  const checked = plain(readFileSync(new URL('scenariosCode.ts', import.meta.url), 'utf8'))
  const blocks = [configuration, scenarios].flatMap((page) => [...page.matchAll(/^```ts\n(.*?)^```$/gms)])
  expect(blocks).toHaveLength(3)
  for (const [, block] of blocks) expect(checked).toContain(plain(block!))
  expect(configuration).toContain('runPerfBenchmark({ ...loadConfig(), parallel: 8 })')
})

describe('docs/configuration.md', () => {
  test('its file is one', () => {
    placeWith(filesOf(configuration))
    expect(loadConfig({ env: {} })).toEqual({
      url: 'http://127.0.0.1:8000',
      model: 'qwen2.5',
      parallel: 4,
      number: 40,
      outputsDir: './reports',
      thresholds: { successRate: '>= 99 %' },
    })
  })

  test('its commands show what it says they do', async () => {
    placeWith(filesOf(configuration))
    const shown: string[] = []
    for (const command of commandsOf(configuration)) {
      const world = fakeWorld()
      expect(await main(wordsOf(command), world), world.err()).toBe(0)
      shown.push(world.out())
    }
    expect(shown).toHaveLength(4)
    const [, example] = /^```\n(url .*?)^```$/ms.exec(configuration)!
    const cells = (line: string): string[] => line.split(/ {2,}/)
    // One line more stands above, naming the file.
    const printed = shown[1]!.trimEnd().split('\n').map(cells)
    for (const line of example!.trimEnd().split('\n').map(cells))
      expect(printed).toContainEqual([
        ...line.slice(0, 2),
        line[2]!.replace(/:(\d+)$/, (_, n: string) => `:${Number(n) - 1}`),
      ])
    expect(shown[3]).not.toContain('perfgate.config.yaml')
  })
})

describe('docs/scenarios.md', () => {
  const files = filesOf(scenarios)

  test('names every key of a scenario file', () => {
    expect([...scenarios.matchAll(/^\| `([$\w]+)` /gm)].map(([, key]) => key!).toSorted()).toEqual(PARTS.toSorted())
  })

  test('its files are what it says they are', () => {
    placeWith(files)
    const of = (name: string): string[] => loadScenarios(`scenarios/${name}.yaml`, { env: {} }).map((one) => one.name)
    expect(of('chat')).toEqual(['chat answers in time'])
    expect(of('sweep')).toEqual([
      'openqa at 1',
      'random at 1',
      'openqa at 4',
      'random at 4',
      'openqa at 16',
      'random at 16',
    ])
    expect(of('rows')[1]).toBe('under load')
    expect(loadScenarios('scenarios/compare.yaml', { env: {} })[0]!.kind).toBe('comparison')
  })

  test('its commands run', async () => {
    placeWith(files)
    const all = commandsOf(scenarios)
    expect(all).toHaveLength(6)
    // The comparison measures two servers: once is enough.
    for (const command of all.toSorted((a, b) => a.length - b.length)) {
      if (command !== 'scenarios') rmSync('scenarios/compare.yaml', { force: true })
      const words = wordsOf(command)
      const { run, configs } = fakeRun()
      const world = fakeWorld({ env: { LLM_URL: server.url, BASE_URL: server.url, HEAD_URL: server.url } })
      const small = ['--config', 'small.json']
      writeFileSync('small.json', JSON.stringify({ onInvalid: 'warn', noTestConnection: true, outputsDir: 'out' }))
      const few = words.length === 1 && words[0] === 'scenarios' ? ['--number', '80', '--max-tokens', '3'] : []
      const args = [...words, ...small, ...few]
      expect(await main(args, world, run), `${command}\n${world.err()}`).toBe(0)
      expect(configs.length, command).toBe(
        command.includes('--print') ? 0 : command === 'scenarios/chat.yaml' ? 1 : command.includes('sweep') ? 7 : 9,
      )
    }
  })
})
