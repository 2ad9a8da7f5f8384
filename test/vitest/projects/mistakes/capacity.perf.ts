import { perfTest } from '../../../../src/vitest/index.ts'

perfTest.capacity('capacity', { url: process.env.ENDPOINT!, sla: { 'p99(latency)': '>= 1 s' } })
