/** `perfgate/jest` as CommonJS, for what Babel and ts-jest make of a test file, and for Node 22. */
import type { Door, PerfTest } from './door.ts' with { 'resolution-mode': 'import' }

export type * from './index.ts' with { 'resolution-mode': 'import' }
export declare const perfTest: PerfTest
export declare const LoadError: Door['LoadError']

const door = (globalThis as { [name: symbol]: unknown })[Symbol.for('perfgate.jest')] as Door | undefined
if (door === undefined)
  throw new Error(
    "perfgate/jest: this file runs in another test environment; set `preset: 'perfgate/jest'` in Jest's config, or begin the file with `/** @jest-environment perfgate/jest/environment */`",
  )

exports.perfTest = door.perfTest
exports.LoadError = door.LoadError
