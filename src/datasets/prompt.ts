/** The one prompt of `--prompt`: text, or `@file`. */
import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/index.ts'

/** @throws ConfigError when the file cannot be read or is empty */
export function readPromptOption(prompt: string): string {
  if (!prompt.startsWith('@')) return prompt
  const path = prompt.slice(1)
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/^\ufeff/, '')
  } catch (error) {
    throw new ConfigError(`option "prompt": cannot read "${path}" (${(error as NodeJS.ErrnoException).code})`, 'prompt')
  }
  if (text.trim() === '') throw new ConfigError(`option "prompt": "${path}" is empty`, 'prompt')
  return text
}
