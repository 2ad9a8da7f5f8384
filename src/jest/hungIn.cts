/** The door as the environment has hung it on the global object of a test file. Nothing else is loaded in there. */
import type { Door } from './door.ts' with { 'resolution-mode': 'import' }

const door = (globalThis as { [name: symbol]: unknown })[Symbol.for('perfgate.jest')] as Door | undefined
if (door === undefined)
  throw new Error(
    "perfgate/jest: this file runs in another test environment; set `preset: 'perfgate/jest'` in Jest's config, or begin the file with `/** @jest-environment perfgate/jest/environment */`",
  )

module.exports = door
