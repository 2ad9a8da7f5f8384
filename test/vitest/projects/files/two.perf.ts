import { perfTest } from 'perfgate/vitest'

perfTest('two', { url: process.env.ENDPOINT!, model: 'm', number: 10, parallel: 1 })
