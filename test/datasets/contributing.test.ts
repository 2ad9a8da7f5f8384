/** The dataset shown in CONTRIBUTING.md, put where it says and used. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { file } from './files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

it('adding a dataset is one file and one line', async () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const source = /One file in `src\/datasets\/`:\n\n```ts\n([\s\S]*?)```/.exec(text)![1]!
  const line = /one line in `src\/datasets\/all\.ts`: `([^`]+)`/.exec(text)![1]!
  const copy = mkdtempSync(join(root, 'node_modules', '.contributing-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  for (const folder of ['src', 'fixtures']) cpSync(join(root, folder), join(copy, folder), { recursive: true })
  const all = join(copy, 'src/datasets/all.ts')
  writeFileSync(join(copy, 'src/datasets/riddles.ts'), source)
  writeFileSync(all, `${readFileSync(all, 'utf8')}${line}\n`)
  const load = (path: string) => import(/* @vite-ignore */ pathToFileURL(join(copy, path)).href)
  const { resolveConfig } = await load('src/config/index.ts')
  const { readPrompts } = await load('src/datasets/index.ts')
  const read = (datasetArgs: object) =>
    readPrompts(
      resolveConfig({ dataset: 'riddles', datasetPath: file('riddle\nWhat has keys?\n', 'r.csv'), datasetArgs }),
      5,
    )
  expect(await read({})).toEqual([{ text: 'What has keys?' }])
  expect(await read({ terse: true })).toEqual([{ text: 'What has keys?', maxTokens: 4 }])
  await expect(read({ ters: true })).rejects.toThrow(
    'option "datasetArgs": dataset riddles: unknown key "ters", did you mean "terse"?',
  )
})
