/** The one prompt of `--prompt`, text or `@file`, and other texts that options name files of. */
import { ConfigError, type OptionName } from '../config/index.ts'
import { readWhole, unreadable } from '../hub/index.ts'

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
  const text = readTextFile(path, 'prompt').replace(/\r?\n$/, '')
  if (text.trim() === '')
    throw new ConfigError(`option "prompt": "${path}" is empty; put the prompt's text in it`, 'prompt')
  return text
}

/**
 * A whole text file named by an option.
 * @throws ConfigError when it cannot be read or is not UTF-8
 */
export function readTextFile(path: string, option: OptionName): string {
  return decode(readBytes(path, option), path, option)
}

function readBytes(path: string, option: OptionName): Buffer {
  try {
    return readWhole(path)
  } catch (error) {
    throw new ConfigError(`option "${option}": cannot read "${path}": ${unreadable(error)}`, option)
  }
}

function decode(bytes: Buffer, path: string, option: OptionName): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ConfigError(`option "${option}": "${path}" is not UTF-8 text; save it as UTF-8`, option)
  }
}
