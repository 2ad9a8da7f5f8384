import { perfTest } from '../../../../src/vitest/index.ts'

perfTest('two', { url: process.env.ENDPOINT!, model: 'm', number: 10, parallel: 1 })
