import { perfTest } from 'perfgate/vitest'

perfTest.capacity('gate', {
  url: process.env.ENDPOINT!,
  slaVariable: 'parallel',
  sla: { rps: '> 1' },
  gate: { maxRate: '>= 1' },
})
