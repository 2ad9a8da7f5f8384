/** Every JSON and YAML block of the documentation parses, and every `npx perfgate` line has only flags that its command has. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Block {
  file: string
  language: string
  code: string
}

const blocks: Block[] = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].flatMap((file) =>
  [...readFileSync(`${root}${file}`, 'utf8').matchAll(/^( *)```(\w*)[^\n]*\n(.*?)^\1```$/gms)].map(
    ([, , language, code]) => ({ file, language: language!, code: code! }),
  ),
)

const of = (...languages: string[]): Block[] => blocks.filter(({ language }) => languages.includes(language))

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

const commands = of('sh').flatMap(({ file, code }) =>
  code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => /(^|&& )(\w+=\S+ )*npx perfgate /.test(line))
    .map((line) => ({ file, line })),
)

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

test.each(commands)('$file: $line', async ({ line: whole }) => {
  // What follows `--` is another tool's command line.
  const [line = ''] = whole.split(' -- ')
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
