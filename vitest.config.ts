import { perfgate } from 'perfgate/vitest/config'
import { configDefaults, defineConfig } from 'vitest/config'

const inFolders = (...folders: string[]): string[] => folders.map((folder) => `test/${folder}/**/*.test.ts`)
/** Tests that send load and look at times: one file at a time, so that they do not wait for each other. */
const LIVE = inFolders('run', 'bench', 'fixtures')
/** Tests that start programs, and mostly wait for them. */
const CHILDREN = inFolders('cli', 'faults', 'vitest', 'testing', 'node-test', 'wire')
/** What `npm test` leaves to `npm run test:all`: other frameworks, a browser, a real engine, and the packages of test/tools. */
const PACKAGE = inFolders('package', 'tools')
const BROWSER = [
  ...inFolders('report/html'),
  ...['vitest/ui', 'vitest/shown', 'cli/view', 'security/pages'].map((name) => `test/${name}.test.ts`),
]
const ENGINE = ['test/fixtures/llama.test.ts']
const ELSEWHERE = [...PACKAGE, ...BROWSER, ...ENGINE]
/** Projects that tests run in a framework of their own. */
const exclude = [...configDefaults.exclude, 'test/**/projects/**']

/** One more than the smallest machine has cores: those that run programs mostly wait for them. */
const WORKERS = 3

/** Time is no matter of these tests: one that hangs is to end, one on a busy machine is not. */
const PATIENCE_MS = 300_000

/**
 * Many runs in one process start and end many threads, each with the WebAssembly of undici's HTTP parser. Node 24 aborts
 * now and then when one thread's code is optimised while another's is freed (nodejs/node#64500): here nothing is measured
 * that optimised parsing would change, so it is left out.
 */
const execArgv = ['--no-wasm-tier-up']

/**
 * Most tests send load, and a shared machine may stall any of them for seconds. In CI each has a second try, and
 * test/secondTries.ts names those that needed it; the perf suite has none.
 */
const retry = process.env['CI'] === 'true' ? 1 : 0

const patient = {
  retry,
  testTimeout: PATIENCE_MS,
  hookTimeout: PATIENCE_MS,
  expect: { poll: { timeout: 60_000, interval: 20 } },
  execArgv,
  globalSetup: ['test/temporary.ts', 'test/built.ts'],
}
const together = { ...patient, maxWorkers: WORKERS, sequence: { groupOrder: 0 } }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...together,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, ...LIVE, ...CHILDREN, ...ELSEWHERE],
        },
      },
      { test: { ...together, name: 'children', include: CHILDREN, exclude: [...exclude, ...ELSEWHERE] } },
      { test: { ...together, name: 'browser', include: BROWSER, exclude } },
      {
        test: {
          ...together,
          name: 'package',
          include: PACKAGE,
          globalSetup: ['test/temporary.ts', 'test/built.ts', 'test/package/pack.ts'],
        },
      },
      {
        test: {
          ...patient,
          name: 'live',
          include: LIVE,
          exclude: [...exclude, ...ELSEWHERE],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...patient, name: 'engine', include: ENGINE, exclude, maxWorkers: 1, sequence: { groupOrder: 2 } } },
      {
        // As users have it: the package's own built files, found by its name.
        plugins: [perfgate({ outputsDir: 'reports', tables: 'all' })],
        test: { name: 'perf', include: ['perf/**/*.perf.ts'] },
      },
    ],
  },
})
