import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { cutLongRuns } from '../../src/tokens/count.ts'
import { loadTokenCounter } from '../../src/tokens/index.ts'

describe('cutLongRuns', () => {
  it.each(['a', '啊', ' ', '\n', '=', '🙂', 'é'])('cuts a run of %j into parts of at most 257 units', (character) => {
    const text = `before ${character.repeat(2000)} after`
    const parts = cutLongRuns(text)
    expect(parts.join('')).toBe(text)
    expect(parts.length).toBeGreaterThanOrEqual(Math.floor((2000 * character.length) / 257))
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual('before '.length + 257 + ' after'.length)
      expect(part.isWellFormed()).toBe(true)
    }
  })

  it('does not cut a character in half, wherever its run begins', () => {
    for (const before of ['', '=', '==', '===']) {
      const text = before + '🙂'.repeat(1000)
      const parts = cutLongRuns(text)
      expect(parts.length).toBeGreaterThan(5)
      expect(parts.join('')).toBe(text)
      for (const part of parts) expect(part.isWellFormed()).toBe(true)
    }
  })

  it('leaves ordinary text whole, however long', () => {
    const text = 'The fox, quick and brown, jumps 42 times. 知识就是力量，法国就是培根。\n'.repeat(500)
    expect(cutLongRuns(text)).toEqual([text])
    expect(cutLongRuns('a'.repeat(256))).toHaveLength(1)
  })
})

describe('a counter', () => {
  it('differs from the uncut count of a long run by no more than one token per cut', async () => {
    const { count } = await loadTokenCounter('gpt-4o')
    const runs = ['知识就是力量', 'pneumonoultramicroscopic', '=-', ' \t', '🙂🙃'].map((unit) => unit.repeat(200))
    for (const text of runs) {
      const cuts = cutLongRuns(text).length - 1
      expect(cuts).toBeGreaterThan(0)
      expect(Math.abs(count(text) - countTokens(text))).toBeLessThanOrEqual(cuts)
    }
  })

  it('gets through a run that uncut would take most of a minute', { timeout: 10_000 }, async () => {
    const { count } = await loadTokenCounter('gpt-4o')
    // One token per character: a known merge of this character with itself does not exist.
    expect(count('啊'.repeat(100_000))).toBe(100_000)
  })
})
