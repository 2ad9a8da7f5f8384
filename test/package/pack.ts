/** Before the tests of this folder: packs the built package once, and installs it once beside each test framework. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { FRAMEWORKS } from './frameworks.ts'
import { emptyProject, ROOT, run } from './project.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed package. */
    tarball: string
    /** A project with the package, and nothing of its own beside it; tests add files, and change none. */
    consumer: string
    /** By the framework's name: a folder in which it and the package are installed. Each test file adds folders of its own. */
    installed: Record<string, string>
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  if (!existsSync(join(ROOT, 'dist'))) throw new Error('dist is not there to be packed: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-package-'))
  const packed = await run(ROOT, ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder])
  const tarball = join(folder, /"filename": "([^"]+)"/.exec(packed.stdout)![1]!)
  const install = async (name: string, ...packages: string[]): Promise<string> => {
    const at = join(folder, name)
    mkdirSync(at)
    emptyProject(at)
    await run(at, ['npm', 'install', '--save-dev', tarball, ...packages])
    return at
  }
  project.provide('tarball', tarball)
  project.provide('consumer', await install('consumer'))
  const installed = FRAMEWORKS.map(async ({ name, packages }, i) => [name, await install(`${i}`, ...packages)] as const)
  project.provide('installed', Object.fromEntries(await Promise.all(installed)))
  return () => rmSync(folder, { recursive: true, force: true })
}
