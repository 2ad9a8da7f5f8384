import { perfTest } from 'perfgate/vitest'

perfTest('takes a while', {
  embedded: {},
  parallel: 2,
  number: 1_000_000,
  duration: Number(process.env.SECONDS),
  maxTokens: 4,
  onInvalid: 'warn',
})
