/** The packed package, by the checkers of packages. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { ROOT, run } from '../package/project.ts'

const BIN = join(import.meta.dirname, 'node_modules/.bin')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }

test('publint and attw find nothing wrong', async () => {
  const publint = await run(ROOT, [join(BIN, 'publint'), 'run', inject('tarball'), '--strict'])
  expect(publint.stdout).toContain('All good!')
  // The one ignored rule says that CommonJS cannot load ESM; every Node that we run on can.
  const modules = Object.keys(manifest.exports).filter((name) => !name.includes('*'))
  const attw = await run(ROOT, [join(BIN, 'attw'), inject('tarball'), '--no-emoji', '--format', 'ascii'])
  expect(attw.stdout).toContain("(ignoring rules: 'cjs-resolves-to-esm')")
  expect(attw.stdout.match(/^node16 \(from CJS\): OK/gm)).toHaveLength(modules.length)
})
