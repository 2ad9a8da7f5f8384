/** `perfgate/fixtures` in a test file of Jest: the module from outside of Jest's vm context, where no flag is needed to load it. */
import type { Door } from './door.ts' with { 'resolution-mode': 'import' }

const door: Door = require('./hungIn.cjs')

module.exports = door.outside('perfgate/fixtures')
