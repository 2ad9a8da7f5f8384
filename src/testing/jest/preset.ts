/** The preset `perfgate/jest`: perf files, each in perfgate's environment, and its reporter beside Jest's own. */
import { fileURLToPath } from 'node:url'
import { requireNode } from '../../config/node.ts'

requireNode()

const own = (file: string): string => fileURLToPath(new URL(`./${file}`, import.meta.url))

export default {
  testEnvironment: own('environment.mjs'),
  testRunner: own('runner.mjs'),
  moduleNameMapper: {
    '^perfgate$': own('outsideMain.cjs'),
    '^perfgate/fixtures$': own('outsideFixtures.cjs'),
  },
  testMatch: ['**/*.perf.?([cm])[jt]s?(x)'],
  reporters: ['default', own('reporter.mjs')],
  // Loads take turns anyway; nothing else is to run beside them.
  maxWorkers: 1,
}
