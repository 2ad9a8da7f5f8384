/** What is in the tarball, and what tools say of it. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { ROOT, run } from './project.ts'

/** Stated in docs/package.md. Above it, look what has come in before raising it. */
const LARGEST_KB = 700
const SAMPLES = ['dist/fixtures/datasets/openqa.jsonl']

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
let files: string[]
let installed: string

beforeAll(async () => {
  const { stdout } = await run(ROOT, ['tar', '-tzf', inject('tarball')])
  files = stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''))
  installed = join(inject('consumer'), 'node_modules', 'perfgate')
})

describe('the tarball', () => {
  test(`is no larger than ${LARGEST_KB} KB`, () => {
    expect(statSync(inject('tarball')).size / 1000).toBeLessThan(LARGEST_KB)
  })

  test('holds what is built, the licence and what there is to read, and nothing else', () => {
    const outside = files.filter((path) => !path.startsWith('dist/'))
    expect(outside.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
    const kinds = new Set(
      files.filter((path) => !SAMPLES.includes(path)).map((path) => path.replace(/^.*?(\.d)?(\.\w+)$/, '$1$2')),
    )
    for (const kind of kinds)
      expect(['.js', '.cjs', '.mjs', '.d.ts', '.d.cts', '.d.mts', '.css', '.json', '.md', '']).toContain(
        kind === 'LICENSE' ? '' : kind,
      )
  })

  test('has no tests, and no data beside the sample', () => {
    expect(files.filter((path) => /\.(test|perf|spec)\./.test(path))).toEqual([])
    expect(
      files.filter((path) => /datasets\/.*\.(jsonl|csv|parquet|arrow|zip)$/.test(path) && path.includes('fixtures')),
    ).toEqual(SAMPLES)
  })

  test('points to no source map that is not in it', () => {
    const scripts = files.filter((path) => /\.(js|css|d\.ts)$/.test(path))
    const pointers = scripts.flatMap((path) =>
      [...readFileSync(join(installed, path), 'utf8').matchAll(/^\/[/*][#@] sourceMappingURL=(?!data:)(\S+)/gm)].map(
        ([, map]) => join(dirname(path), map!),
      ),
    )
    expect(pointers.filter((path) => !files.includes(path))).toEqual([])
  })

  test('has every file that package.json names', () => {
    const named = [...targets(manifest.exports), ...targets(manifest.bin)]
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((path) => !existsSync(join(installed, path.replace(/\*$/, ''))))).toEqual([])
  })
})

function targets(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(targets)
}
