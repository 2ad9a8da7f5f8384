/**
 * Vitest's runner, which also lets load come to rest.
 *
 * Vitest gives a test up the moment it is cancelled or times out. The load of a perf test then still has requests in
 * flight and figures to write: the run must not go on, and the worker must not end, before that is done.
 */
import { type RunnerTestCase, TestRunner } from 'vitest'
// Not from the folder's index: the thread is to start before anything else is loaded.
import { prepareThread } from '../../load/loadThreads.ts'
import { loadSettled, outliveFirstInterrupt } from './stopping.ts'

// Vitest loads the runner before the test files: a load thread starts while those are imported.
prepareThread()
outliveFirstInterrupt()

export default class PerfgateRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    try {
      await TestRunner.getTestFn(test)()
    } finally {
      await loadSettled(test)
    }
  }
}
