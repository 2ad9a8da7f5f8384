/** Hand-made dataset files in a folder of their own, and what reading them gives. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { ConfigError, resolveConfig } from '../../src/config/index.ts'
import type { DatasetOptions, Prompt } from '../../src/datasets/index.ts'
import { loadTokenizer } from '../../src/tokens/index.ts'

/** A file that is removed when the test ends. */
export function file(content: string | Uint8Array, name = 'questions.jsonl'): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-datasets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** The message and option of the ConfigError that `action` must end in. */
export async function errorOf(action: () => unknown): Promise<{ message: string; option: string | undefined }> {
  try {
    await action()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    const { message, option } = error as ConfigError
    return { message, option }
  }
  throw new Error('no error')
}

/** Bytes in chunks of one size, as a file or pipe may deliver them. */
export async function* chunked(content: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What a dataset is asked to read: a path, and the scenario's other options where they matter. */
export function options<Args>(
  path: string | undefined,
  given: Record<string, unknown> = {},
  args?: Args,
): DatasetOptions<Args> {
  const config = resolveConfig(given)
  return {
    path,
    args: args as Args,
    config,
    count: 100,
    tokenizer: () => loadTokenizer(config),
    notice: () => {},
    open: () => {
      throw new Error('opens no other')
    },
  }
}

export function textsOf(prompts: Prompt[]): string[] {
  return prompts.map((prompt) => ('text' in prompt ? prompt.text : JSON.stringify(prompt)))
}
