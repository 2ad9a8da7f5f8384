/** Files that are made from others are current, and the lint rule knows every room. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { GENERATORS, outdated } from '../../scripts/generate.ts'
import { roomsConfig } from '../../scripts/rooms.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

test.for(Object.keys(GENERATORS))('what the generator "%s" writes is current: npm run generate', async (name) => {
  expect(await outdated([name])).toEqual([])
})

test('a generator that there is not is named', async () => {
  await expect(outdated(['optoins'])).rejects.toThrow('generate "optoins": unknown; known: rooms, options')
})

describe('the order of the rooms', () => {
  /** Files that the lint rule rejects, of a repository with these files and what each imports. */
  function rejected(files: Record<string, string>): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-rooms-'))
    writeFileSync(join(folder, 'biome.json'), roomsConfig())
    for (const [path, imported] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), `export { one } from '${imported}'\n`)
    }
    const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
    const args = [biome, 'lint', '--max-diagnostics=none', '.']
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    const told = [...`${stdout}${stderr}`.matchAll(/^(\S+?):\d+:\d+ lint\/style\/noRestrictedImports/gm)]
    return told.map(([, path]) => path!.replaceAll('\\', '/')).toSorted()
  }

  test('has a rule for every folder of src, and for the embedded server', () => {
    const rooms = readdirSync(`${ROOT}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const files = [...rooms.map(({ name }) => `src/${name}/one.ts`), 'fixtures/one.ts'].toSorted()
    // No room knows the doors of both frameworks.
    const vitest = rejected(Object.fromEntries(files.map((file) => [file, '../vitest/index.ts'])))
    const jest = rejected(Object.fromEntries(files.map((file) => [file, '../jest/index.ts'])))
    expect([...new Set([...vitest, ...jest])].toSorted()).toEqual(files)
  })

  test('keeps the embedded server apart from what is tested against it', () => {
    expect(
      rejected({
        'fixtures/a.ts': '../src/config/index.ts',
        'fixtures/b.ts': '../src/client/index.ts',
        'src/config/c.ts': '../../fixtures/index.ts',
        'src/run/d.ts': '../../fixtures/index.ts',
        'src/gates/e.ts': 'vitest',
        'src/testing/vitest/f.ts': 'vitest',
      }),
    ).toEqual(['fixtures/b.ts', 'src/config/c.ts', 'src/gates/e.ts'])
  })
})
