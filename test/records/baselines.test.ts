/** Baselines and histories as files, and what is said of those that cannot be read. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import {
  appendHistory,
  baselineNames,
  type HistoryRecord,
  readBaseline,
  readHistory,
  readResults,
  writeBaseline,
} from '../../src/records/index.ts'
import { PUBLISHED } from '../report/publishedResult.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-'))

function errorOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error('no error')
}

describe('a baseline', () => {
  test('is read as it was written, one result or one for each level', () => {
    const dir = join(folder(), 'new')
    const path = writeBaseline('main', dir, [PUBLISHED])
    expect(path).toBe(join(dir, 'main.json'))
    expect(readBaseline('main', dir)).toEqual({ name: 'main', path, results: [PUBLISHED] })
    writeBaseline('main', dir, [PUBLISHED, { ...PUBLISHED, name: 'second' }])
    expect(readBaseline('main', dir).results.map(({ name }) => name)).toEqual(['qwen2.5', 'second'])
    expect(readBaseline(path, '/nowhere').results).toHaveLength(2)
    expect(baselineNames(dir)).toEqual(['main'])
  })

  test('that is missing is named with its path, with the name that was meant, or with how to save one', () => {
    const dir = folder()
    expect(errorOf(() => readBaseline('main', dir))).toBe(
      `baseline "main": there is no ${join(dir, 'main.json')}; save one with "perfgate baseline save main"`,
    )
    writeBaseline('main', dir, [PUBLISHED])
    expect(errorOf(() => readBaseline('mian', dir))).toMatch(/, did you mean "main"\?$/)
    expect(errorOf(() => readResults(join(dir, 'x.json')))).toMatch(/^result ".*x\.json": there is no such file/)
  })

  test('that cannot be read, is no JSON, no result, or of another version is refused with the reason', () => {
    const dir = folder()
    const written = (text: string): string => {
      writeFileSync(join(dir, 'main.json'), text)
      return errorOf(() => readBaseline('main', dir))
    }
    expect(written('{"a":')).toMatch(/main\.json: it is not JSON: /)
    expect(written('[]')).toMatch(/main\.json: it holds no result/)
    expect(written('{"name":"x"}')).toMatch(/main\.json: it is not a result of perfgate: schemaVersion: /)
    expect(written(JSON.stringify({ ...PUBLISHED, schemaVersion: 2 }))).toMatch(
      /main\.json: it is of schema version 2, this perfgate reads version 1; save it anew/,
    )
    mkdirSync(join(dir, 'folder.json'))
    expect(errorOf(() => readBaseline('folder', dir))).toMatch(/baseline "folder": cannot read .*: EISDIR/)
  })

  test('cannot have a name that leads out of its folder', () => {
    expect(errorOf(() => writeBaseline('../x', folder(), [PUBLISHED]))).toMatch(/a name has letters, digits/)
    expect(errorOf(() => appendHistory('a/b', folder(), []))).toMatch(/a name has letters, digits/)
  })
})

describe('a history', () => {
  const record = (day: number): HistoryRecord => ({
    schemaVersion: 1,
    startedAt: `2026-01-0${day}T00:00:00.000Z`,
    commit: null,
    scenario: 'abc',
    fingerprint: { cpu: 'x', cores: 2 },
    figures: { qps: day },
  })

  test('only grows: what was written stays byte for byte', () => {
    const dir = folder()
    const path = appendHistory('main', dir, [record(1)])
    const before = readFileSync(path, 'utf8')
    appendHistory('main', dir, [record(2), record(3)])
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true)
    expect(readHistory('main', dir)).toEqual([record(1), record(2), record(3)])
    // A history alone is no baseline.
    expect(baselineNames(dir)).toEqual([])
  })

  test('that is not there is empty; a line that is none is named', () => {
    const dir = folder()
    expect(readHistory('main', dir)).toEqual([])
    const path = appendHistory('main', dir, [record(1)])
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n{"schemaVersion":1}\n`)
    expect(errorOf(() => readHistory('main', dir))).toMatch(/main\.history\.jsonl:3: not a history record: startedAt/)
    writeFileSync(path, '{"schemaVersion":9}\n')
    expect(errorOf(() => readHistory('main', dir))).toMatch(/:1: it is of schema version 9/)
  })
})
