/** Words that came from a server, made fit to print. */
import { stripVTControlCharacters } from 'node:util'

/** Shown of one message at most; the result DB and the JSON keep more. */
const SHOWN = 200
/** Line breaks, control characters, and marks that turn the direction of the text around them. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** One line without control characters: an answer must not be able to move the cursor of the reader's terminal. */
export function plainWords(text: string): string {
  const line = stripVTControlCharacters(text).replace(UNPRINTABLE, ' ').replace(/\s+/g, ' ').trim()
  const characters = [...line]
  return characters.length <= SHOWN ? line : `${characters.slice(0, SHOWN).join('')}…`
}
