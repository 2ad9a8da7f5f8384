/** docs/importing.md: its tables are those of the importers, and each of its commands is run. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { splitCommand } from '../../src/import/commandLine.ts'
import { ARTILLERY_METRICS, IMPORTERS, K6_METRICS } from '../../src/import/index.ts'
import { loadScenarios, readyScenario } from '../../src/scenarios/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { placeWith } from '../scenarios/place.ts'

const path = new URL('../../docs/importing.md', import.meta.url)
const page = readFileSync(path, 'utf8')

interface Row {
  key: string
  to?: string
  about?: string
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string | undefined): string =>
  text === undefined
    ? ''
    : text
        .split(', ')
        .map((word) => `\`${word}\``)
        .join(', ')

function table(head: string, rows: readonly Row[]): string {
  const lines = rows.map(({ key, to, about = '' }) => `| \`${key}\` | ${code(to) || 'nothing'} | ${cell(about)} |`)
  return [`| ${head} | becomes | how, or what to do instead |`, '| --- | --- | --- |', ...lines].join('\n')
}

function section({ title, sources, keys, name }: (typeof IMPORTERS)[number]): string {
  const metrics = { k6: K6_METRICS, artillery: ARTILLERY_METRICS }[name]
  return [
    `## ${title}`,
    `Read from ${sources.map((source) => `<${source}>`).join(', ')}.`,
    table('key', keys),
    ...(metrics === undefined ? [] : [table('metric of a threshold', metrics)]),
  ].join('\n\n')
}

const BEGIN = '<!-- Written by test/docs/importing.test.ts with UPDATE_DOCS=1 -->\n'

test('its tables are those of the importers', () => {
  const tables = `${IMPORTERS.map(section).join('\n\n')}\n`
  const at = page.indexOf(BEGIN)
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(path, page.slice(0, at) + BEGIN + tables)
  else expect(page.slice(at + BEGIN.length)).toBe(tables)
})

const commands = [...page.matchAll(/^npx perfgate (.*)$/gm)].map(([, words]) => words!)

test.each(commands)('npx perfgate %s', async (command) => {
  placeWith({
    'bench.sh': 'vllm bench serve --model m --request-rate 4',
    'guidellm.yaml': 'spec: { backend: { target: http://h:1 }, profile: { kind: poisson, rate: 2 }, data: [] }',
    'config.yml': 'server: { base_url: http://h:1 }\nload: { type: constant, stages: [{ rate: 1, duration: 2 }] }',
    'load.yml': 'config: { target: http://h:1, phases: [{ duration: 5, arrivalRate: 1 }] }',
    'script.js': "export const options = { vus: 2, thresholds: { http_req_failed: ['rate<0.01'] } }",
    'scenarios/.gitkeep': '',
  })
  const world = fakeWorld()
  expect(await main(splitCommand(command), world), world.err()).toBe(0)
  if (command.includes('--output')) expect(readFileSync('scenarios/from-k6.yaml', 'utf8')).toContain('parallel: 2')
  else if (command.includes('--to test')) expect(world.out()).toContain('perfTest("k6", {')
  else {
    writeFileSync('s.yaml', world.out())
    for (const scenario of loadScenarios('s.yaml')) readyScenario(scenario, undefined)
  }
})

test('has the commands that are tried here', () => {
  expect(commands).toHaveLength(11)
})
