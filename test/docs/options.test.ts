/** docs/reference/options.md is what the schema says now. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { optionsPage } from '../../docs/writeOptions.ts'

test('the page of the options is current: npm run docs:options', () => {
  expect(readFileSync(new URL('../../docs/reference/options.md', import.meta.url), 'utf8')).toBe(optionsPage())
})
