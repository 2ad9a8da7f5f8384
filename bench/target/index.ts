/** The load target: a server on loopback with exact timing that knows what it did. */
export { type BuiltTarget, buildTarget } from './build.ts'
export { startTarget, type Target, type TargetOptions, type TargetReport } from './start.ts'
export { readTruth, type TruthRow } from './truth.ts'
