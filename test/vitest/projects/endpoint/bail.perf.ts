import { perfTest } from 'perfgate/vitest'
import { expect } from 'vitest'

const url = process.env.ENDPOINT!

perfTest('breaks', { url, model: 'm', number: 3, thresholds: { 'p50(latency)': '< 1 ms' } })
perfTest('never sent', { url, model: 'm', number: 1000 }, () => expect.unreachable())
