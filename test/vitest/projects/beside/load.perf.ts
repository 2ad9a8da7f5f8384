import { perfTest } from 'perfgate/vitest'
import { expect } from 'vitest'
import { isRunning } from './meet.ts'

perfTest('after them', { embedded: {}, number: 2, maxTokens: 2, onInvalid: 'warn' }, () => {
  expect(['one', 'two', 'three'].filter(isRunning)).toHaveLength(3)
})
