/** `perfgate/jest` as CommonJS, for what Babel and ts-jest make of a test file, and for Node 22. */
import type { Door, PerfTest } from './door.cts'

export type * from './index.ts' with { 'resolution-mode': 'import' }
export declare const perfTest: PerfTest
export declare const LoadError: Door['LoadError']

const door: Door = require('./door.cjs')

exports.perfTest = door.perfTest
exports.LoadError = door.LoadError
