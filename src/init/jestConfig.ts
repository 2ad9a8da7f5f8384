/** The Jest config under which perf tests run: perfgate's preset, apart from the other tests. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FrameworkConfig, freeFolder } from './frameworkConfig.ts'
import type { Project } from './project.ts'

/** CommonJS, which Jest reads in packages of either kind. */
const NAME = 'jest.perf.config.cjs'
const COMMAND = `jest --config ${NAME}`

export function jestConfig({ folder }: Project): FrameworkConfig {
  const path = join(folder, NAME)
  if (existsSync(path)) {
    const [, outputsDir = 'outputs'] = /outputsDir:\s*['"`]([^'"`]+)/.exec(readFileSync(path, 'utf8')) ?? []
    return { changes: [{ kind: 'keep', path: NAME, why: 'it is there' }], command: COMMAND, outputsDir }
  }
  const outputsDir = freeFolder(folder)
  return { changes: [{ kind: 'create', path: NAME, text: jestConfigText(outputsDir) }], command: COMMAND, outputsDir }
}

function jestConfigText(outputsDir: string): string {
  return `// Apart from the other tests: load is sent by the perf script alone, never by theirs.
module.exports = {
  preset: 'perfgate/jest',
  testMatch: ['<rootDir>/perf/**/*.perf.*'],
  testEnvironmentOptions: { outputsDir: '${outputsDir}' },
}
`
}
