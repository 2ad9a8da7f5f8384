/** Every command of docs/reports.md and docs/ci.md is run as it stands, in a folder with results. */
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundlePage } from '../../scripts/bundlePage.ts'
import { main } from '../../src/cli/index.ts'
import { fakeRun, fakeWorld } from '../cli/fakeWorld.ts'
import { COMPARED } from '../report/comparedResult.ts'
import { madeDb } from '../report/madeDb.ts'
import { failedRow, madeRow } from '../report/rows.ts'

const docs = new URL('../../docs/', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'perfgate-docs-'))

beforeAll(async () => {
  await bundlePage()
  for (const name of ['outputs', 'reports', 'base']) mkdirSync(join(folder, name))
  mkdirSync(join(folder, 'base', 'reports'))
  writeFileSync(join(folder, 'outputs/qwen2.5_chat_comparison_20250101_120000.json'), JSON.stringify(COMPARED))
  const rows = Array.from({ length: 30 }, (_, i) => (i === 7 ? failedRow(i, 'busy') : madeRow(i)))
  for (const [i, name] of ['run', 'other'].entries()) {
    const { db, json } = madeDb(
      rows,
      { name, startedAt: `2025-11-0${i + 1}T00:00:00.000Z` },
      join(folder, 'outputs'),
      name,
    )
    for (const place of ['reports', 'base', 'base/reports'])
      for (const [file, end] of [
        [db, 'db'],
        [json, 'json'],
      ] as const)
        cpSync(file, join(folder, place, `${name}.${end}`))
  }
})

/** Shell commands of the code blocks, those of YAML too. */
function commands(file: string): string[] {
  const text = readFileSync(new URL(file, docs), 'utf8')
  return [...text.matchAll(/^(?:\s*- )?\s*(npx perfgate .+)$/gm)].map(([, command]) => command!)
}

/** Words as a shell splits them: quotes, globs, and paths within the folder. */
function wordsOf(command: string): string[] {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].slice(2).map(([, quoted, plain]) => quoted ?? plain!)
  return words.flatMap((word, i) => {
    if (word.includes('*')) return globSync(join(folder, word)).sort()
    const isPath = /^(outputs|reports|base)(\/|$)/.test(word) || words[i - 1] === '--out'
    return isPath && word !== '-' ? join(folder, word) : word
  })
}

describe.for(['reports.md', 'ci.md'])('docs/%s', (file) => {
  const found = commands(file)
  test('has commands', () => {
    expect(found.length).toBeGreaterThanOrEqual(file === 'ci.md' ? 7 : 20)
  })

  test.for(found.filter((command) => !command.includes('--endpoint') && !/perfgate view/.test(command)))(
    '%s',
    async (command) => {
      const words = wordsOf(command).filter((word) => word !== '--open')
      const world = fakeWorld()
      const { run, configs } = fakeRun()
      expect(await main(words, world, run), world.err()).toBe(0)
      if (words[0]!.startsWith('--')) {
        expect(configs).toHaveLength(1)
        return
      }
      if (words.at(-1) === '-') expect(world.out()).toContain('request_index')
      else for (const path of world.out().trim().split('\n')) expect(existsSync(path), path).toBe(true)
    },
  )

  test.for(found.filter((command) => /perfgate view/.test(command)))('%s', async (command) => {
    const world = fakeWorld()
    const ended = main(wordsOf(command), world)
    await expect.poll(() => world.out()).toMatch(/at http:\/\/127\.0\.0\.1:\d+\//)
    world.signals.emit('SIGINT')
    expect(await ended).toBe(0)
  })

  test('names images and pages that are there', () => {
    const text = readFileSync(new URL(file, docs), 'utf8')
    for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(existsSync(new URL(link!, docs)), link).toBe(true)
  })
})
