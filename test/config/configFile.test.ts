/** The config file: found, read in each format, its mistakes named with their line. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { loadConfig } from '../../src/config/files/index.ts'
import { messageOf, placeWith } from '../scenarios/place.ts'

const env = { LLM_URL: 'http://127.0.0.1:8000', N: '12', ON: 'true', MODEL: '7', LOAD_TOKEN: 'abc' }
const load = (file?: string | false): unknown => loadConfig({ file, env })

describe('a config file', () => {
  test.each([
    ['perfgate.config.json', '{ "$schema": "x", "parallel": 3 }'],
    ['perfgate.config.yaml', '# yaml-language-server: $schema=x\nparallel: 3\n'],
    ['perfgate.config.yml', 'parallel: 3\n'],
    ['perfgate.config.ts', 'export default { parallel: 3 satisfies number }\n'],
    ['perfgate.config.mts', 'const parallel: number = 3\nexport default { parallel }\n'],
    ['perfgate.config.mjs', 'export default { parallel: 3 }\n'],
    ['perfgate.config.cjs', 'module.exports = { parallel: 3 }\n'],
  ])('may be %s', (name, text) => {
    placeWith({ [name]: text })
    expect(load()).toEqual({ parallel: 3 })
  })

  test('is the nearest one from a folder upward', () => {
    const folder = placeWith({
      'package.json': '{}',
      'perfgate.config.yaml': 'parallel: 1',
      'a/perfgate.config.yaml': 'parallel: 2',
    })
    mkdirSync(`${folder}/a/b`)
    expect(loadConfig({ cwd: `${folder}/a/b`, env })).toEqual({ parallel: 2 })
    expect(loadConfig({ cwd: folder, env })).toEqual({ parallel: 1 })
  })

  test.each(['package.json', '.git/HEAD'])('is not looked for above the project, which has a %s', (mark) => {
    const folder = placeWith({ 'package.json': '{}', 'perfgate.config.yaml': 'parallel: 1', [`a/${mark}`]: '{}' })
    mkdirSync(`${folder}/a/b`)
    expect(loadConfig({ cwd: `${folder}/a/b`, env })).toEqual({})
  })

  test('is looked for in one folder alone where there is no project, and never above the home folder', () => {
    const folder = placeWith({ 'home/perfgate.config.yaml': 'parallel: 1', 'perfgate.config.yaml': 'parallel: 2' })
    mkdirSync(`${folder}/home/a`)
    vi.stubEnv('HOME', `${folder}/home`)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(loadConfig({ cwd: `${folder}/home/a`, env })).toEqual({})
    expect(loadConfig({ cwd: `${folder}/home`, env })).toEqual({ parallel: 1 })
    writeFileSync(`${folder}/package.json`, '{}')
    expect(loadConfig({ cwd: `${folder}/home/a`, env })).toEqual({})
    writeFileSync(`${folder}/home/package.json`, '{}')
    expect(loadConfig({ cwd: `${folder}/home/a`, env })).toEqual({ parallel: 1 })
  })

  test('may be missing, unless it is named', () => {
    placeWith({ 'mine.yaml': 'parallel: 4' })
    expect(load()).toEqual({})
    expect(load('mine.yaml')).toEqual({ parallel: 4 })
    expect(messageOf(() => load('mien.yaml'))).toBe('ConfigError: mien.yaml: there is no such file')
  })

  test('is left alone when none is wanted', () => {
    placeWith({ 'perfgate.config.yaml': 'nonsense: 1' })
    expect(load(false)).toEqual({})
  })

  test('has options in any spelling, and paths from its own folder', () => {
    placeWith({
      'a/perfgate.config.yaml':
        'max_tokens: 5\noutputs-dir: out\ndatasetPath: ../p.txt\ntokenizerPath: owner/name\ncustomApi: ./api.ts\nprompt: "@./p.txt"',
    })
    expect(load('a/perfgate.config.yaml')).toEqual({
      maxTokens: 5,
      outputsDir: './a/out',
      datasetPath: './p.txt',
      tokenizerPath: 'owner/name',
      customApi: './a/api.ts',
      prompt: '@./a/p.txt',
    })
  })
})

describe('a variable of the environment stands', () => {
  test('in a text, and for the number or switch that an option takes', () => {
    placeWith({
      'perfgate.config.yaml': [
        'url: ${LLM_URL}/v1',
        'number: ${N}',
        'parallel: [1, "${N}"]',
        'stream: ${ON}',
        'model: ${MODEL}',
        'name: ${NO_NAME:-a name}',
        'prompt: $${N} costs $5',
        'stages: [{ duration: "${N}", target: 2 }]',
        'extraArgs: { user: "${MODEL}" }',
      ].join('\n'),
    })
    expect(load()).toEqual({
      url: 'http://127.0.0.1:8000/v1',
      number: 12,
      parallel: [1, 12],
      stream: true,
      model: '7',
      name: 'a name',
      prompt: '${N} costs $5',
      stages: [{ duration: 12, target: 2 }],
      extraArgs: { user: '7' },
    })
  })

  test('in no module, which has process.env', () => {
    placeWith({ 'perfgate.config.mjs': "export default { prompt: '${NONE}' }" })
    expect(load()).toEqual({ prompt: '${NONE}' })
  })
})

describe('a mistake is named with file and line', () => {
  test.each([
    ['parallel: 1\nmax_tokenz: 5', ':2: option "max_tokenz": unknown, did you mean "maxTokens"?'],
    ['parallel: 1\nmaxTokens: 5\nmax-tokens: 6', ':3: option "max-tokens": given twice, in two spellings'],
    ['parallel: 1\nparallel: 2', ':2: Map keys must be unique'],
    ['# none\n\nstream: maybe', ':3: option "stream": expected boolean, got "maybe"'],
    ['executor: poison', ':1: option "executor": unknown value "poison", did you mean "poisson"?'],
    ['stages:\n  - duration: 5\n    target: -1', ':3: option "stages[0].target": too small'],
    ['rate: 0', ':1: option "rate": must be -1 (unpaced) or a positive'],
    [
      'url: ${LLM_URI}',
      ':1: "url": the environment variable LLM_URI is not set, did you mean "LLM_URL", which is set?',
    ],
    ['url: ${NOTHING_LIKE_IT}', ':1: "url": the environment variable NOTHING_LIKE_IT is not set; set it, or write'],
    ['url: ${A B}', ':1: "url": "${A B}" is no variable; write ${NAME} or ${NAME:-default}, and $${ for a plain ${'],
    ['url: ${A', ':1: "url": "${A" is no variable'],
    ['number: ${MODELS:-many}', ':1: option "number": expected number or array, got "many"'],
    ['- a\n- b', ':1: expected options like { url, model, parallel }, got ["a","b"]'],
    ['a: b: c', ':1: Nested mappings are not allowed'],
    ['url: !secret key', ':1: Unresolved tag: !secret'],
    ['url: *unknown', ': Unresolved alias'],
    ['', ': is empty'],
    ['parallel: 1\n---\nparallel: 2', ': holds more than one document'],
  ])('%j', (text, message) => {
    placeWith({ 'perfgate.config.yaml': text })
    expect(messageOf(load)).toContain(`ConfigError: perfgate.config.yaml${message}`)
  })

  test.each([
    ['{\n  "parallel": 1,\n}', ':3: is not JSON'],
    ['{\n  "parallel": 1', ':2: is not JSON'],
    ['{\n  "parallel": 1,\n  "parallel": 2\n}', ':3: Map keys must be unique'],
    ['{\n  "headers": {},\n  "temperature": -1\n}', ':3: option "temperature": too small'],
  ])('%j', (text, message) => {
    placeWith({ 'perfgate.config.json': text })
    expect(messageOf(load)).toContain(`ConfigError: perfgate.config.json${message}`)
  })

  test.each([
    ['export const parallel = 1', ': has no default export'],
    ['export default () => ({})', ': exports a function; export the object itself'],
    ['export default Promise.resolve({})', ': exports a promise'],
    ['export default await Promise.resolve({})', ': has a top-level await'],
    ['export default {', ': cannot be loaded'],
    ["import 'no-such-package'\nexport default {}", ": cannot be loaded: Cannot find package 'no-such-package'"],
    ['export default { paralel: 1 }', ': option "paralel": unknown, did you mean "parallel"?'],
  ])('%j', (text, message) => {
    placeWith({ 'perfgate.config.mjs': text })
    expect(messageOf(load)).toContain(`ConfigError: perfgate.config.mjs${message}`)
  })

  test('two files in one folder', () => {
    placeWith({ 'perfgate.config.json': '{}', 'perfgate.config.ts': '' })
    expect(messageOf(load)).toBe(
      'ConfigError: perfgate.config.json and perfgate.config.ts: there are two config files; keep one',
    )
  })

  test('a file of no known kind', () => {
    placeWith({ 'perfgate.toml': '' })
    expect(messageOf(() => load('perfgate.toml'))).toContain('cannot tell what it is; files end in .yaml')
  })
})
