import { perfTest } from '../../../../src/vitest/index.ts'

perfTest.capacity('gate', {
  url: process.env.ENDPOINT!,
  slaVariable: 'parallel',
  sla: { rps: '> 1' },
  gate: { maxRate: '>= 1' },
})
