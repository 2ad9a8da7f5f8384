/** Paths are shown short, by the rules of each system. */
import { posix, resolve, win32 } from 'node:path'
import { expect, test } from 'vitest'
import { fromHere, pathBelow, shownPath } from '../../src/config/files/find.ts'

test.each([
  [win32, 'C:\\work', 'C:\\work\\perf\\chat.perf.ts', 'perf/chat.perf.ts'],
  [win32, 'C:\\work', 'c:/WORK/perf', 'perf'],
  [win32, 'C:\\work', 'C:\\work', ''],
  [win32, 'C:\\work', 'C:\\other', undefined],
  [win32, 'C:\\work', 'D:\\work\\perf', undefined],
  [win32, 'C:\\work', '\\\\server\\share\\perf', undefined],
  [posix, '/project', '/project/..hidden/a', '..hidden/a'],
  [posix, '/project', '/project/a\\b', 'a\\b'],
  [posix, '/project', '/other', undefined],
  [posix, '/project', '/', undefined],
])('%o: from %s to %s is %s', (rules, folder, path, expected) => {
  expect(pathBelow(folder, path, rules)).toBe(expected)
})

test('shown paths are relative to the working folder, and stay as they are outside', () => {
  expect([shownPath(resolve('a/b.ts')), shownPath('a/b.ts'), shownPath(resolve('..'))]).toEqual([
    'a/b.ts',
    'a/b.ts',
    resolve('..'),
  ])
  expect([fromHere(resolve('outputs')), fromHere(resolve('../outputs'))]).toEqual(['./outputs', resolve('../outputs')])
})
