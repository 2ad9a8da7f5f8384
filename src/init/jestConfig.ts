/** The Jest config under which perf tests run: one file at a time, as modules, untransformed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type FrameworkConfig, freeFolder } from './frameworkConfig.ts'
import type { Project } from './project.ts'

const NAME = 'jest.perf.config.mjs'
const COMMAND = `node --experimental-vm-modules node_modules/jest/bin/jest.js --config ${NAME}`

export function jestConfig(project: Project): FrameworkConfig {
  const outputsDir = freeFolder(project.folder)
  if (existsSync(join(project.folder, NAME)))
    return { changes: [{ kind: 'keep', path: NAME, why: 'it is there' }], command: COMMAND, outputsDir }
  return { changes: [{ kind: 'create', path: NAME, text: jestConfigText() }], command: COMMAND, outputsDir }
}

function jestConfigText(): string {
  return `// Apart from the other tests: load is sent by the perf script alone, never by theirs.
export default {
  testMatch: ['<rootDir>/perf/**/*.perf.mjs'],
  testEnvironment: 'node',
  transform: {},
  maxWorkers: 1,
  reporters: ['default', 'perfgate/jest/reporter'],
}
`
}
