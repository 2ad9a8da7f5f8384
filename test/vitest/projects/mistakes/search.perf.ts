import { perfTest } from 'perfgate/vitest'

perfTest('search', { url: process.env.ENDPOINT!, slaAutoTune: true, slaParams: { rps: '> 1' } })
