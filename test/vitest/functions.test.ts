/** A scenario that is a function: called and checked when its test runs, with the fixtures that it destructures. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runVitest, testFolder } from './childVitest.ts'
import { readJUnit } from './junit.ts'

test('functions measure the server that a hook started, with fixtures, rows and the context', async () => {
  const folder = testFolder()
  const xml = join(folder, 'junit.xml')
  const { code, stdout, stderr } = await runVitest(
    'functions',
    ['functions.perf', '--reporter=junit', `--outputFile=${xml}`],
    { OUTPUTS: folder },
  )
  expect(readJUnit(xml).map(({ name, failure }) => [name, failure?.message])).toEqual(
    [
      'of a server that a hook started',
      'async',
      'with fixtures of the scenario and of the body',
      'with a fixture of the body alone',
      'the row 2 and the context',
      'the row 4 and the context',
      'a row that is a list',
      'each row 2',
      'each row 4',
      'compared',
      'searched',
    ].map((name) => [name, undefined]),
  )
  expect(code, stdout + stderr).toBe(0)
})

test('a mistake in what a function gives fails its own test', async () => {
  const folder = testFolder()
  const xml = join(folder, 'junit.xml')
  const { code } = await runVitest('functions', ['mistakes.perf', '--reporter=junit', `--outputFile=${xml}`], {
    OUTPUTS: folder,
  })
  expect(code).toBe(1)
  expect(readJUnit(xml).map(({ name, failure }) => [name, failure?.message])).toEqual([
    ['passes', undefined],
    ['empty', expect.stringMatching(/perf test "empty": option "url": expected a URL, got nothing/)],
    ['no scenario', expect.stringMatching(/perf test "no scenario": expected a scenario like/)],
    ['empty side', expect.stringMatching(/perf test "empty side": option "baseline": expected a URL, got ""/)],
    ['no criterion', expect.stringMatching(/perf test "no criterion": option "slaParams": missing/)],
    ['skipped', undefined],
  ])
})
