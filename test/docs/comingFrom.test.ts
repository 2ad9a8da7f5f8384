/** docs/coming-from.md: every flag and command of perfgate that it names exists, and takes the value that is shown. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { wordsOf } from './evalscope/place.ts'

const page = readFileSync(new URL('../../docs/coming-from.md', import.meta.url), 'utf8')
const codeOf = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)

interface Row {
  tool: string
  theirs: string[]
  ours: string
  notes: string
}

const rows: Row[] = page.split(/^## /m).flatMap((section) =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -1).split(' | '))
    .map(([theirs = '', ours = '', notes = '']) => ({
      tool: section.slice(0, section.indexOf('\n')),
      theirs: codeOf(theirs),
      ours: ours.trim(),
      notes: notes.trim(),
    }))
    // Without heads and rules.
    .filter(({ theirs }) => theirs.length > 0),
)

/** Flags of the tool of a row that its notes speak of. */
const THEIR_FLAGS = ['--max-concurrency', '--concurrency']
const noted = rows.flatMap(({ notes }) => codeOf(notes))
const given = new Set([
  ...rows.flatMap(({ ours }) => codeOf(ours)),
  ...noted.filter((code) => code.startsWith('--') && !THEIR_FLAGS.includes(code)),
])

test('has a table for each tool, and a link for EvalScope', () => {
  const tools = ['vLLM bench serve', 'GuideLLM', 'AIPerf', 'inference-perf', 'k6', 'Artillery']
  expect([...new Set(rows.map(({ tool }) => tool))]).toEqual(tools)
  for (const tool of tools) expect(rows.filter((row) => row.tool === tool).length, tool).toBeGreaterThan(20)
  expect(page).toContain('(evalscope.md)')
})

test('each row has a flag, or says what to do without one', () => {
  for (const { theirs, ours, notes } of rows)
    if (ours === 'none') expect(notes, theirs.join()).not.toBe('')
    else for (const code of codeOf(ours)) expect(code).toMatch(/^--[a-z]/)
})

describe('flags that it names', () => {
  test.each([...given])('%s', async (code) => {
    const words = wordsOf(code)
    const world = fakeWorld({ columns: 120 })
    const exit = await main([...words, ...(words.length === 1 ? ['some'] : []), '--no-config', '--print-config'], world)
    // A value of no sense is told as that: the flag itself is known.
    if (words.length === 1) expect(world.err()).not.toContain('unknown flag')
    else expect(exit, world.err()).toBe(0)
  })
})

describe('commands that it names', () => {
  const prose = page.replaceAll(/^```.*?^```$/gms, '')
  const commands = [...new Set(codeOf(prose).filter((code) => code.startsWith('npx perfgate ')))]
  test('are some', () => expect(commands.length).toBeGreaterThan(3))

  test.each(commands)('%s', async (code) => {
    const [name = '', ...words] = code.replace('npx perfgate ', '').split(' ')
    const world = fakeWorld({ columns: 120 })
    expect(await main([name, '--help'], world)).toBe(0)
    expect(world.out()).toContain(`Usage: perfgate ${name}`)
    for (const flag of words.filter((word) => word.startsWith('--')))
      expect(world.out()).toMatch(new RegExp(`${flag}\\b`))
  })
})
