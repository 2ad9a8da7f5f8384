import { perfTest, type Scenario } from 'perfgate/vitest'

perfTest('function', (() => ({})) as unknown as Scenario)
