import { perfTest } from 'perfgate/vitest'
import { beforeAll } from 'vitest'

let url: string | undefined
beforeAll(() => {
  url = 'http://127.0.0.1:9'
})
perfTest('passes', { embedded: {}, number: 2, onInvalid: 'warn', maxTokens: 2 })
perfTest('empty', () => ({ url: undefined }))
perfTest('no scenario', (() => url) as never)
perfTest.compare('empty side', () => ({ baseline: '', candidate: {}, regressions: { qps: '5 %' } }))
perfTest.capacity('no criterion', () => ({ embedded: {} }))
perfTest.skip('skipped', () => {
  throw new Error('called')
})
