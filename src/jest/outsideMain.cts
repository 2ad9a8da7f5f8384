/** `perfgate` in a test file of Jest: the module from outside of Jest's vm context, where no flag is needed to load it. */
import type { Door } from './door.ts' with { 'resolution-mode': 'import' }

const door = (globalThis as { [name: symbol]: unknown })[Symbol.for('perfgate.jest')] as Door | undefined
if (door === undefined)
  throw new Error(
    "perfgate: this file runs in another test environment; set `preset: 'perfgate/jest'` in Jest's config",
  )

module.exports = door.outside('perfgate')
