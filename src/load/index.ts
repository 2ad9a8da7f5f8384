/** Load: when requests start, on which threads, and whether those kept up. */
export { Bodies, packBodies, type SharedBodies } from './bodies.ts'
export type { Progress } from './counters.ts'
export { EXECUTOR_LIST, type Executor, executorNamed } from './executors/index.ts'
export type { Level } from './level.ts'
export { LoadPool, type PhaseReport } from './pool.ts'
export { prepareThread } from './spareThread.ts'
export type { ThreadHealth } from './threadHealth.ts'
