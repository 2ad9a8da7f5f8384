import { expect, it, vi } from 'vitest'

const loaded = vi.hoisted((): string[] => [])
vi.mock('gpt-tokenizer/mapping', (original) => note('mapping', original))
vi.mock('gpt-tokenizer/encoding/cl100k_base', (original) => note('cl100k_base', original))
vi.mock('gpt-tokenizer/encoding/o200k_base', (original) => note('o200k_base', original))

const { loadTokenCounter } = await import('../../src/tokens/index.ts')

it('loads no tables before a counter is asked for, and then only those of its model', async () => {
  expect(loaded).toEqual([])
  const counter = await loadTokenCounter('gpt-4')
  expect(counter.count('tiktoken is great!')).toBe(6)
  expect(loaded).toEqual(['mapping', 'cl100k_base'])
})

function note(name: string, original: () => Promise<unknown>): Promise<object> {
  loaded.push(name)
  return original() as Promise<object>
}
