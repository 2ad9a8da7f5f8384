import { expect, it, vi } from 'vitest'
import { file } from './files.ts'

const loaded = vi.hoisted((): string[] => [])
vi.mock('csv-parse', (original) => note('csv-parse', original))
vi.mock('hyparquet', (original) => note('hyparquet', original))
vi.mock('hyparquet-compressors', (original) => note('hyparquet-compressors', original))
vi.mock('@uwdata/flechette', (original) => note('flechette', original))
vi.mock('@huggingface/tokenizers', (original) => note('tokenizers', original))
vi.mock('@huggingface/jinja', (original) => note('jinja', original))
vi.mock('fast-png', (original) => note('fast-png', original))
vi.mock('image-size', (original) => note('image-size', original))
vi.mock('gpt-tokenizer/mapping', (original) => note('gpt-tokenizer', original))

const { runPerfBenchmark } = await import('../../src/index.ts')
const { resolveConfig } = await import('../../src/config/index.ts')
const { readPrompts } = await import('../../src/datasets/index.ts')

it('a plain run loads none of the libraries of formats, tokenizers and images; a CSV loads its own only', async () => {
  await runPerfBenchmark({ number: 2, store: 'none' })
  expect(loaded).toEqual([])
  await readPrompts(resolveConfig({ datasetPath: file('question\nWhy?\n', 'x.csv') }), 1)
  expect(loaded).toEqual(['csv-parse'])
})

function note(name: string, original: () => Promise<unknown>): Promise<object> {
  loaded.push(name)
  return original() as Promise<object>
}
