import { perfTest } from '../../../../src/vitest/index.ts'

perfTest('search', { url: process.env.ENDPOINT!, slaAutoTune: true, slaParams: { rps: '> 1' } })
