/** Counting tokens ourselves, where a server reports no usage. */
import { loadTokenCounter } from '../../src/tokens/index.ts'
import type { MicroTask } from './task.ts'

const TEXT =
  'The quick brown fox jumps over the lazy dog, and 42 other animals watch it from behind the old stone wall. '.repeat(
    20,
  )

export async function tokenTasks(): Promise<MicroTask[]> {
  const counter = await loadTokenCounter('target')
  return [
    {
      name: 'token counted where the server reports none',
      pieces: counter.count(TEXT),
      run: () => void counter.count(TEXT),
    },
  ]
}
