/** docs/evalscope.md: it names all of EvalScope's flags, APIs and datasets, and each of its commands does what it says. */
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { bundlePage } from '../../scripts/bundlePage.ts'
import { APIS as OUR_APIS } from '../../src/apis/index.ts'
import { camelCase, OPTION_NAMES } from '../../src/config/index.ts'
import { DATASETS as OUR_DATASETS } from '../../src/datasets/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { FLAGS } from './evalscope/flags.ts'
import { API_NAMES, DATASET_NAMES, FLAG_NAMES, LENGTH_ARGUMENTS } from './evalscope/names.ts'
import { APIS, DATASETS, LENGTHS, OUTPUTS } from './evalscope/others.ts'
import { example, page, type Row, rows } from './evalscope/page.ts'
import { openPlace, type Ran } from './evalscope/place.ts'

await bundlePage()
const place = await openPlace()
afterAll(() => place.close())

const FLAG_SECTIONS = [
  ...['Basic', 'Network', 'Load', 'Search for the capacity', 'Data', 'Generation', 'Multi-turn', 'Output'],
]
const ofSections = (...sections: string[]): Row[] => rows.filter(({ section }) => sections.includes(section))
const namesOf = (some: readonly Row[]): string[] => some.flatMap(({ names }) => names)

/** One after another, as some read what those before them wrote. */
async function run({ commands }: Row): Promise<[Ran, ...Ran[]]> {
  const ran: Ran[] = []
  for (const command of commands) {
    const one = await place.run(command)
    expect(one.code, `${command}\n${one.err}`).toBe(0)
    ran.push(one)
  }
  expect(ran, 'commands').not.toHaveLength(0)
  return ran as [Ran, ...Ran[]]
}

describe('docs/evalscope.md has', () => {
  it('every flag of EvalScope, each an option here', () => {
    expect(namesOf(ofSections(...FLAG_SECTIONS)).toSorted()).toEqual(FLAG_NAMES.map((name) => `--${name}`).toSorted())
    expect(FLAG_NAMES.filter((name) => !(OPTION_NAMES as string[]).includes(camelCase(name)))).toEqual([])
  })

  it('every API, each one here', () => {
    expect(namesOf(ofSections('APIs')).toSorted()).toEqual(API_NAMES.toSorted())
    const ours = OUR_APIS.flatMap(({ name, aliases = [] }) => [name, ...aliases])
    expect([...ours, 'custom']).toEqual(expect.arrayContaining(API_NAMES))
  })

  it('every dataset, each one here', () => {
    expect(namesOf(ofSections('Datasets')).toSorted()).toEqual(DATASET_NAMES.toSorted())
    expect(OUR_DATASETS.map(({ name }) => name)).toEqual(expect.arrayContaining(DATASET_NAMES))
    expect(namesOf(ofSections('Length control')).toSorted()).toEqual(LENGTH_ARGUMENTS.toSorted())
  })

  it('commands in which each flag, API and dataset of its row stands', () => {
    for (const { names, commands } of ofSections(...FLAG_SECTIONS))
      for (const name of names) expect(commands.join(' '), name).toMatch(new RegExp(`${name}( |$)`))
    for (const { names, commands } of ofSections('APIs'))
      for (const name of names) expect(commands.join(' ')).toMatch(new RegExp(`--api ${name}( |$)`))
    for (const { names, commands } of ofSections('Datasets'))
      for (const name of names) expect(commands.join(' ')).toMatch(new RegExp(`--dataset ${name}( |$)`))
  })

  it('no command that is not run below', () => {
    const covered = [...FLAG_SECTIONS, 'APIs', 'Datasets', 'Length control', 'Quick start', 'Outputs']
    expect([...new Set(rows.map(({ section }) => section))].toSorted()).toEqual(covered.toSorted())
    const written = [...page.matchAll(/`npx perfgate [^`]+`/g)]
    expect(rows.flatMap(({ commands }) => commands)).toHaveLength(written.length)
  })

  it('links to pages that are there', () => {
    for (const [, link] of page.matchAll(/\]\((\w+\.md)\)/g))
      expect(existsSync(new URL(`../../docs/${link}`, import.meta.url)), link).toBe(true)
  })
})

describe('flags', () => {
  for (const row of ofSections(...FLAG_SECTIONS))
    it(row.names.join(' '), async () => {
      const ran = await run(row)
      for (const name of row.names) FLAGS[name.slice(2)]!(...ran)
    })
})

for (const [section, checks] of [
  ['APIs', APIS],
  ['Datasets', DATASETS],
  ['Length control', LENGTHS],
] as const)
  describe(section, () => {
    for (const row of ofSections(section))
      it(row.names.join(' '), async () => {
        const ran = await run(row)
        checks[row.names[0]!]!(...ran)
      })
  })

describe('the quick start and outputs', () => {
  for (const row of ofSections('Quick start', 'Outputs'))
    it(row.about, async () => {
      const ran = await run(row)
      OUTPUTS[row.about.replaceAll('`', '')]!(...ran)
    })

  it('run from code, with the names in any spelling', async () => {
    const given = /runPerfBenchmark\((\{.*?\})\)/s.exec(example)![1]!
    const config = new Function(`return ${given}`)() as Record<string, unknown>
    expect(Object.keys(config)).toEqual(['url', 'parallel', 'model', 'number', 'api', 'dataset', 'stream'])
    const { summary, percentiles, verdict, resultDbPath } = await runPerfBenchmark({
      ...config,
      url: place.url,
      on_invalid: 'warn',
      max_tokens: 3,
    })
    expect(summary).toMatchObject({ totalRequests: 15, outputTokensPerRequest: 3 })
    expect(percentiles).toHaveLength(10)
    expect(verdict).toBe('none')
    expect(existsSync(resultDbPath!)).toBe(true)
  })
})
