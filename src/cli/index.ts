/** The command line as a function, for tests and for programs that wrap it. */
export type { Io } from './io.ts'
export { main } from './main.ts'
export type { RunBenchmark } from './run.ts'
