import { perfTest } from '../../../../src/vitest/index.ts'

perfTest('one', { url: process.env.ENDPOINT!, model: 'm', number: 10, parallel: 1 })
