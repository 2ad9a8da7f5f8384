/** What is found out about a terminal. */
import { expect, test } from 'vitest'
import { PLAIN_STYLE, supportsUnicode, terminalStyle } from '../../src/report/index.ts'

const WINDOW = { isTTY: true, columns: 132 }
const UTF8 = { LANG: 'en_US.UTF-8', TERM: 'xterm-256color' }

test('a terminal is taken at its own width, with boxes and colour', () => {
  expect(terminalStyle(WINDOW, UTF8, 'linux')).toEqual({ columns: 132, unicode: true, colour: true })
})

test('a file or a CI log gets neither boxes nor colour', () => {
  expect(terminalStyle({}, UTF8, 'linux')).toEqual(PLAIN_STYLE)
})

test('COLUMNS sets the width where the stream has none', () => {
  expect(terminalStyle({}, { COLUMNS: '80' }, 'linux').columns).toBe(80)
  expect(terminalStyle({ isTTY: true, columns: 0 }, {}, 'linux').columns).toBe(80)
})

test.each([
  [{ NO_COLOR: '1' }, WINDOW, false],
  [{ NO_COLOR: '' }, WINDOW, true],
  [{ TERM: 'dumb' }, WINDOW, false],
  [{ FORCE_COLOR: '1' }, {}, true],
  [{ FORCE_COLOR: '' }, {}, true],
  [{ FORCE_COLOR: '0' }, WINDOW, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, {}, true],
])('colour with %o on %o: %s', (env, stream, colour) => {
  expect(terminalStyle(stream, env, 'linux').colour).toBe(colour)
})

test.each([
  [{ LANG: 'C' }, 'linux', false],
  [{}, 'linux', false],
  [{}, 'darwin', true],
  [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, 'linux', false],
  [{ LC_CTYPE: 'zh_CN.utf8' }, 'linux', true],
  [{ TERM: 'linux', LANG: 'en_US.UTF-8' }, 'linux', false],
  [{}, 'win32', false],
  [{ WT_SESSION: 'id' }, 'win32', true],
])('boxes with %o on %s: %s', (env, platform, unicode) => {
  expect(supportsUnicode(env, platform)).toBe(unicode)
})
