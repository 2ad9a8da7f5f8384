import { perfTest, type Scenario } from '../../../../src/vitest/index.ts'

perfTest('function', (() => ({})) as unknown as Scenario)
