/** Before the tests of this folder: packs the built package once, and installs it once in a project that is only read. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { emptyProject, ROOT, run } from './project.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed package. */
    tarball: string
    /** A project with the package, and nothing of its own beside it; tests add files, and change none. */
    consumer: string
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  if (!existsSync(join(ROOT, 'dist'))) throw new Error('dist is not there to be packed: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-package-'))
  const packed = await run(ROOT, ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder])
  const tarball = join(folder, /"filename": "([^"]+)"/.exec(packed.stdout)![1]!)
  const consumer = join(folder, 'consumer')
  mkdirSync(consumer)
  emptyProject(consumer)
  await run(consumer, ['npm', 'install', tarball])
  project.provide('tarball', tarball)
  project.provide('consumer', consumer)
  return () => rmSync(folder, { recursive: true, force: true })
}
