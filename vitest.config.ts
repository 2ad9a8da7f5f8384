import { perfgate } from 'perfgate/vitest/config'
import { configDefaults, defineConfig } from 'vitest/config'

/** Tests that send load and look at times: one file at a time, so that they do not wait for each other. */
const LIVE = ['run', 'doors', 'vitest', 'bench', 'fixtures'].map((folder) => `test/${folder}/**/*.test.ts`)
/** Tests that start programs, and mostly wait for them. */
const CHILDREN = ['cli', 'faults', 'jest'].map((folder) => `test/${folder}/**/*.test.ts`)

/** One more than the smallest machine has cores: those that run programs mostly wait for them. */
const WORKERS = 3

/**
 * Many runs in one process start and end many threads, each with the WebAssembly of undici's HTTP parser. Node 24 aborts
 * now and then when one thread's code is optimised while another's is freed (nodejs/node#64500): here nothing is measured
 * that optimised parsing would change, so it is left out.
 */
const execArgv = ['--no-wasm-tier-up']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...LIVE, ...CHILDREN, 'test/package/**', 'test/vitest/projects/**'],
          testTimeout: 60_000,
          execArgv,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'children',
          include: CHILDREN,
          exclude: [...configDefaults.exclude, 'test/jest/projects/**'],
          testTimeout: 60_000,
          execArgv,
          hookTimeout: 120_000,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/*.test.ts'],
          globalSetup: 'test/package/pack.ts',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'live',
          include: LIVE,
          exclude: [...configDefaults.exclude, 'test/vitest/projects/**'],
          testTimeout: 60_000,
          execArgv,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // As users have it: the package's own built files, found by its name.
        plugins: [perfgate({ outputsDir: 'reports' })],
        test: { name: 'perf', include: ['perf/**/*.perf.ts'] },
      },
    ],
  },
})
