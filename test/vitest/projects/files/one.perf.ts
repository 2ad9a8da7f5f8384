import { perfTest } from 'perfgate/vitest'

perfTest('one', { url: process.env.ENDPOINT!, model: 'm', number: 10, parallel: 1 })
