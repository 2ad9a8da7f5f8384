/** How much a finished perf test prints. */
import { describe, expect, test } from 'vitest'
import { readTables, showsTables, type Tables } from '../../src/testing/tables.ts'

test.for<[tables: Tables | undefined, tests: number, ofPassed: boolean, ofOthers: boolean]>([
  [undefined, 1, true, true],
  [undefined, 5, true, true],
  [undefined, 6, false, true],
  ['all', 100, true, true],
  ['failed', 1, false, true],
  ['none', 1, false, false],
])('tables: %s with %i tests', ([tables, tests, ofPassed, ofOthers]) => {
  expect(showsTables({ tables, tests, hasPassed: true })).toBe(ofPassed)
  expect(showsTables({ tables, tests, hasPassed: false })).toBe(ofOthers)
})

describe('what a project says', () => {
  test('is one of three words, and the environment wins', () => {
    expect(readTables(undefined, {})).toBeUndefined()
    expect(readTables('failed', {})).toBe('failed')
    expect(readTables('failed', { PERFGATE_TABLES: '' })).toBe('failed')
    expect(readTables('failed', { PERFGATE_TABLES: 'all' })).toBe('all')
  })

  test('is an error where it is another', () => {
    expect(() => readTables(true, {})).toThrow('option "tables": expected "all", "failed" or "none", got true')
    expect(() => readTables(undefined, { PERFGATE_TABLES: 'no' })).toThrow(
      'PERFGATE_TABLES: expected "all", "failed" or "none", got "no"',
    )
  })
})
