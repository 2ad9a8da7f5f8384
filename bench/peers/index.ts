/** Other clients to compare with, each where it is installed. */
export { type AutocannonFigures, autocannon } from './autocannon.ts'
export { isMissing, type Missing } from './installed.ts'
export { type PythonStamps, type PythonThroughput, pythonStamps, pythonThroughput } from './python.ts'
export { type WrkFigures, wrk } from './wrk.ts'
