/** The one prompt of `--prompt`: text, or `@file`. */
import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/index.ts'
import { unreadable } from './chunks.ts'

/**
 * The text itself, or after `@` the text of a file, without the line end that editors put at its end.
 * @throws ConfigError when the file cannot be read, is not UTF-8, or when there is no text
 */
export function readPromptOption(prompt: string): string {
  if (!prompt.startsWith('@')) {
    if (prompt.trim() === '') throw new ConfigError('option "prompt": is blank; give a text or @file', 'prompt')
    return prompt
  }
  const path = prompt.slice(1)
  if (path === '') throw new ConfigError('option "prompt": after "@" comes the name of a file', 'prompt')
  const text = decode(readBytes(path), path).replace(/\r?\n$/, '')
  if (text.trim() === '')
    throw new ConfigError(`option "prompt": "${path}" is empty; put the prompt's text in it`, 'prompt')
  return text
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new ConfigError(`option "prompt": cannot read "${path}": ${unreadable(error)}`, 'prompt')
  }
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ConfigError(`option "prompt": "${path}" is not UTF-8 text; save it as UTF-8`, 'prompt')
  }
}
