/** Every TypeScript and JavaScript block of README.md and docs/ type-checks in a project that has perfgate installed. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attempt, ROOT } from '../package/project.ts'
import { type Block, of } from './blocks.ts'

/** What blocks that import nothing take from the page around them. */
const AROUND = [
  "import { perfTest } from 'perfgate/vitest'",
  "import type { ScenarioOptions } from 'perfgate'",
  'declare const chat: ScenarioOptions, url: string, model: string, pass: string',
]

const shown = of('ts', 'js').filter(({ file }) => !file.startsWith('docs/reference/'))

const nameOf = ({ file, line, language, code }: Block): string => {
  const kind = language === 'ts' ? 'ts' : /\brequire\(|module\.exports/.test(code) ? 'cjs' : 'mjs'
  return `${file.replaceAll(/\W/g, '_')}-${line}.${kind}`
}

const aroundOf = ({ language, code }: Block): string[] => (language === 'ts' && !/^import /m.test(code) ? AROUND : [])

/** @returns what the compiler says, by page and line */
async function problemsOf(given: readonly Block[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-docs-code-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/perfgate'))
  for (const name of ['vitest', '@types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2024', strict: true, skipLibCheck: true, noEmit: true, types: ['node'] },
    ...{ allowJs: true, checkJs: true, noImplicitAny: false },
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }))
  for (const block of given) writeFileSync(join(folder, nameOf(block)), [...aroundOf(block), block.code].join('\n'))
  const { stdout } = await attempt(folder, [join(ROOT, 'node_modules/.bin/tsc'), '--pretty', 'false'])
  const places = new Map(given.map((block) => [nameOf(block), block]))
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', at = '', says = ''] = /^([^(]+)\((\d+),\d+\): (.*)$/.exec(line) ?? []
      const block = places.get(name)
      return block === undefined
        ? line
        : `${block.file}:${block.line + Number(at) - 1 - aroundOf(block).length}: ${says}`
    })
}

test('is right in every block', async () => {
  expect(shown.length).toBeGreaterThan(30)
  expect(await problemsOf(shown)).toEqual([])
})

test('is asked for: a block with a mistake is named by page and line', async () => {
  const [first] = shown.filter(({ file, code }) => file === 'README.md' && code.includes('parallel: 8'))
  const wrong = { ...first!, code: first!.code.replace('parallel: 8', 'paralel: 8') }
  const at = first!.line + first!.code.split('\n').findIndex((line) => line.includes('parallel: 8'))
  expect(await problemsOf([wrong])).toEqual([expect.stringMatching(new RegExp(`^README\\.md:${at}: .*paralel`))])
})
