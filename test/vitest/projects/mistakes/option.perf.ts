import { perfTest, type Scenario } from 'perfgate/vitest'

perfTest('right', { url: process.env.ENDPOINT!, model: 'm', number: 1 })
perfTest('option', { url: process.env.ENDPOINT!, paralel: 2 } as Scenario)
