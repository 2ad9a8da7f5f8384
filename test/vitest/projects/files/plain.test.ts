import { expect, test } from 'vitest'

test('plain', () => {
  expect(1 + 1).toBe(2)
})
