import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { collectGarbage } from '../../src/load/collect.ts'

test('garbage is collected, and other contexts are as they were', async () => {
  const held = new WeakRef({ size: 1 })
  // What a WeakRef was made of lives to the end of its turn.
  await new Promise((resolve) => setTimeout(resolve))
  collectGarbage()
  expect(held.deref()).toBeUndefined()
  expect(runInNewContext('typeof gc')).toBe('undefined')
})
