import { expect, test } from 'vitest'
import { memoryView } from '../../src/client/directReads.ts'
import { KnownBytes } from '../../src/client/knownBytes.ts'

const PLACE = 40

test.each([0, 1, 3, 4, 5, 23, 24, 25, 64, 257])('%i bytes are known wherever they stand, and no others', (length) => {
  const bytes = Buffer.from(Array.from({ length: PLACE + length + 9 }, (_, i) => (i * 73 + length) & 0xff))
  const known = new KnownBytes()
  known.learn(bytes, PLACE, PLACE + length)
  for (let base = 512; base < 520; base++) {
    const inMemory = Buffer.from(memoryView.buffer, base, bytes.length)
    bytes.copy(inMemory)
    expect(known.isAt(bytes, PLACE, -1)).toBe(true)
    expect(known.isAt(inMemory, PLACE, base)).toBe(true)
    // One place further the bytes are others, unless there are none.
    expect(known.isAt(inMemory, PLACE + 1, base)).toBe(length === 0)
    // Not beyond the end of what was read, though the memory goes on.
    expect(known.isAt(inMemory.subarray(0, PLACE + length - 1), PLACE, base)).toBe(false)
    for (let i = 0; i < length; i++) {
      inMemory[PLACE + i]! ^= 0x10
      expect(known.isAt(inMemory, PLACE, base)).toBe(false)
      inMemory[PLACE + i]! ^= 0x10
    }
  }
})
