/** The test frameworks that the package is installed beside, each in a project of its own. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from './project.ts'

export interface Framework {
  name: string
  /** As `perfgate init` calls it. */
  kind: 'vitest' | 'jest' | 'node'
  /** The package's entry for it. */
  door: string
  /** Installed beside the tarball. */
  packages: string[]
}

export const FRAMEWORKS: readonly Framework[] = [
  { name: 'Vitest 5', kind: 'vitest', door: 'perfgate/vitest', packages: [`vitest@${ownVersion('vitest')}`] },
  { name: 'Vitest 4.1', kind: 'vitest', door: 'perfgate/vitest', packages: ['vitest@4.1.12'] },
  { name: 'Jest 30', kind: 'jest', door: 'perfgate/jest', packages: [`jest@${ownVersion('jest')}`] },
  { name: 'node:test', kind: 'node', door: 'perfgate/node-test', packages: [] },
]

/** Of a development dependency: what this repository itself is tested with, so that npm has it in its cache. */
function ownVersion(name: string): string {
  const path = createRequire(join(ROOT, 'test/tools/package.json')).resolve(`${name}/package.json`)
  return JSON.parse(readFileSync(path, 'utf8')).version
}
