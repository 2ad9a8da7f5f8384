import { perfTest } from 'perfgate/vitest'

perfTest('nobody there', { url: process.env.NOBODY!, model: 'm', number: 3 })
perfTest('refused', { url: process.env.REFUSING!, model: 'm', number: 3 })
perfTest('every request fails', { url: process.env.REFUSING!, model: 'm', number: 3, noTestConnection: true })
