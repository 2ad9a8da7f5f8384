import { perfTest } from 'perfgate/vitest'

perfTest('long', { url: process.env.ENDPOINT!, model: 'm', number: 100_000, parallel: 1, gracefulStop: 5 })
perfTest('after it', { url: process.env.ENDPOINT!, model: 'm', number: 3 })
