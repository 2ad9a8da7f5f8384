/** Every JSON and YAML block of the documentation parses, and every `npx perfgate` line has only flags that its command has. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { commands, of } from './blocks.ts'

/** A whole value, or a value on each line. */
function parseJson(code: string): unknown {
  try {
    return JSON.parse(code)
  } catch {
    return code
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
}

const helps = new Map<string, Promise<string>>()
async function help(words: string[]): Promise<string> {
  const world = fakeWorld({ columns: 120 })
  await main([...words, '--help'], world)
  return world.out() + world.err()
}
const helpOf = (...words: string[]): Promise<string> => {
  const key = words.join(' ')
  const known = helps.get(key) ?? help(words)
  helps.set(key, known)
  return known
}

/** `--sla_num_runs` and `--sla-num-runs` are one flag. */
const plain = (flag: string): string => flag.replaceAll('_', '-').replace(/^--no-/, '--')

test('there are blocks of each kind', () => {
  for (const language of ['ts', 'json', 'yaml', 'sh']) expect(of(language), language).not.toHaveLength(0)
  expect(commands.length).toBeGreaterThan(50)
})

describe('data', () => {
  test.each(of('json', 'jsonl'))('$file: $code', ({ code }) => {
    expect(() => parseJson(code)).not.toThrow()
  })

  test.each(of('yaml', 'yml'))('$file: $code', ({ code }) => {
    expect(parseAllDocuments(code).flatMap(({ errors }) => errors)).toEqual([])
  })
})

test('the table of commands in the README names every command', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| (`perfgate [^|]*)\|/gm)].map(([, names]) => names!)
  // Rows with a flag or with files are runs.
  const named = rows.flatMap((names) => [...names.matchAll(/`(?:perfgate )?([a-z]+)`/g)].map(([, name]) => name))
  expect(named.toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted())
})

test.each(commands)('$file: $line', async ({ line }) => {
  const own = line
    .slice(line.indexOf('npx perfgate ') + 'npx perfgate '.length)
    .replaceAll(/'[^']*'|"[^"]*"|\s#.*$/g, '')
  const [first = '', second = ''] = own.split(/\s+/)
  const name = /^[a-z]+$/.test(first) ? [first] : []
  const sub = name.length > 0 && /^[a-z-]+$/.test(second) && !second.startsWith('-') ? [...name, second] : name
  const known = (await Promise.all([helpOf(...name), helpOf(...sub)])).join('\n')
  const flags = new Set([...known.matchAll(/--[a-z][\w-]*/g)].map(([flag]) => plain(flag)))
  for (const [, flag] of own.matchAll(/(?<=^|\s)(--[a-z][\w-]*)/g)) expect([...flags]).toContain(plain(flag!))
})

/** As a shell takes it apart, with variables that pages name. */
function wordsOf(line: string): string[] {
  const words = line.replace(/\s#\s.*$/, '').matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)
  return [...words].map(([word]) =>
    word
      .replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2')
      .replaceAll('$START_AT', '2031-01-01T00:00:00Z')
      .replaceAll(/\$\{?\w+\}?/g, 'some'),
  )
}

/** Those that run something: no other command, no scenario files. */
const runs = commands
  .map(({ file, line }) => ({
    file,
    words: wordsOf(line.slice(line.indexOf('npx perfgate ') + 'npx perfgate '.length)),
  }))
  .filter(({ words: [first = ''] }) => first.startsWith('--') && first !== '--help')

describe('values', () => {
  test('are looked at in many commands', () => expect(runs.length).toBeGreaterThan(25))

  test.each(runs)('$file: $words', async ({ words }) => {
    const world = fakeWorld({ columns: 120, env: { PERFGATE_API_KEY: 'some' } })
    const code = await main([...words.filter((word) => word !== '--json'), '--no-config', '--print-config'], world)
    expect(code, world.err()).toBe(0)
  })
})
