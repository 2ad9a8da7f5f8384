/** Words that came from a server, made fit to print. */
import { printableLine } from '../secrets/index.ts'

/** Shown of one message at most; the result DB and the JSON keep more. */
const SHOWN = 200

/** One line without control characters: an answer must not be able to move the cursor of the reader's terminal. */
export function plainWords(text: string): string {
  const line = printableLine(text)
    .replace(/[\s\ufffd]+/g, ' ')
    .trim()
  const characters = [...line]
  return characters.length <= SHOWN ? line : `${characters.slice(0, SHOWN).join('')}…`
}
