/** `perfgate` in a test file of Jest: the module from outside of Jest's vm context, where no flag is needed to load it. */
import type { Door } from './door.cts'

const door: Door = require('./door.cjs')

module.exports = door.outside('perfgate')
