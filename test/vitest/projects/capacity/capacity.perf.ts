import { type CapacityScenario, perfTest } from 'perfgate/vitest'
import { expect } from 'vitest'

const search: CapacityScenario = {
  url: process.env.ENDPOINT!,
  model: 'm',
  slaNumRuns: 1,
  slaUpperBound: 2,
  sleepInterval: 0,
  onInvalid: 'warn',
}

perfTest.capacity('carries two', { ...search, sla: { 'p99(latency)': '<= 60 s' }, gate: { maxParallel: '>= 2' } })

perfTest.capacity('own assertions', { ...search, thresholds: { 'p99(latency)': '<= 60 s' } }, ({ capacity, task }) => {
  expect(capacity.criteria[0]!.maxSatisfied).toBe(2)
  expect(capacity.name).toBe(task.name)
})

perfTest.capacity('carries nothing', { ...search, sla: [{ 'p99(latency)': '< 1 us' }] })

perfTest.capacity('breaks its gate', {
  ...search,
  sla: { 'p99(latency)': '< 1 us' },
  gate: { maxParallel: '>= 1' },
})

perfTest.capacity('is not sure', { ...search, sla: { rps: '> 0' }, gate: { maxParallel: '>= 3' } })

perfTest.capacity('rate', {
  ...search,
  rate: 100,
  slaLowerBound: 100,
  slaUpperBound: 100,
  slaNumberMultiplier: 0.05,
  slaFixedParallel: 2,
  sla: { rps: '> 0' },
  gate: { maxRate: '>= 100' },
})

perfTest.capacity.skip('left out', { url: 'not a url' })
