/** Reporters on Jest's command line take the place of those of its config, ours among them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../vitest/childVitest.ts'
import { runJest, testProject } from './childJest.ts'

test('tables and files are there without ours, an earlier summary is not, and it is said how to have one', async () => {
  const outputs = join(testFolder(), 'reports')
  mkdirSync(outputs)
  writeFileSync(join(outputs, 'summary.md'), '## ✅ perfgate: pass, of an earlier run')
  const environment = { OUTPUTS: outputs, SECONDS: '1' }
  const project = testProject('live')
  const without = await runJest(project, ['--reporters=default'], environment)
  expect(without.code, without.stderr).toBe(0)
  expect(without.stderr).toContain('Benchmarking summary:')
  expect(without.stderr).toMatch(/^perfgate: .*there is no summary\.md; add --reporters=perfgate\/jest\/reporter$/m)
  const files = readdirSync(outputs).map((name) => name.replace(/.*\./, ''))
  expect(files.toSorted()).toEqual(['db', 'json', 'md', 'md'])
  const summary = (): string => readFileSync(join(outputs, 'summary.md'), 'utf8')
  expect(summary()).toMatch(/^## ❔ perfgate: this run has no summary\n\nthe reporters of this run/)

  const given = await runJest(project, ['--reporters=default', '--reporters=perfgate/jest/reporter'], environment)
  expect(given.code, given.stderr).toBe(0)
  expect(given.stderr).not.toContain('there is no summary.md')
  expect(summary()).toMatch(/^## ➖ perfgate: no gates, 1 of 1 test/)
})
