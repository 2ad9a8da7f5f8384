import { perfTest } from 'perfgate/vitest'

perfTest.capacity('capacity', { url: process.env.ENDPOINT!, sla: { 'p99(latency)': '>= 1 s' } })
