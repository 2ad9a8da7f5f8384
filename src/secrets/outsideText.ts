/**
 * Texts of others (a server, a file, a log), made fit for a terminal and for the log of a CI job: what is printed, thrown
 * or written as Markdown passes here.
 */
import { stripVTControlCharacters } from 'node:util'

/** Control characters but tab and line feed, and marks that turn the direction of the text around them. */
const UNPRINTABLE = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
/** What a reader of lines may take for the end of one. */
const OTHER_LINE_ENDS = /\r\n|[\u2028\u2029]/g

/**
 * Commands to the runner of a CI job. GitHub reads `::set-output …` at the beginning of a line and `##[…]` anywhere,
 * Azure DevOps `##vso[…]` and `##[…]` anywhere, TeamCity `##teamcity[…]`. A line may be broken later, so that each of
 * them is broken wherever it is.
 */
const COMMAND =
  /##(?=(?:\w+)?\[)|::(?=(?:add-(?:mask|matcher|path)|debug|echo|(?:end)?group|error|notice|remove-matcher|save-state|set-(?:env|output)|stop-commands|warning)\b)/gi

/**
 * @returns the text with its lines; without escape sequences, with U+FFFD for other control characters and for marks
 *   that turn the direction of text, and with a space in each command to a CI job
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replace(OTHER_LINE_ENDS, '\n'))
    .replace(UNPRINTABLE, '\ufffd')
    .replace(COMMAND, (signs) => `${signs[0]} ${signs[1]}`)
}

/** The same as one line. */
export function printableLine(text: string): string {
  return printable(text)
    .replace(/[\s\ufffd]*\n[\s\ufffd]*/g, ' ')
    .replaceAll('\t', ' ')
}

/** Bold, dim, red, green, yellow, and their ends: what reports colour words with. */
const COLOUR = new RegExp(`(${String.fromCharCode(27)}\\[(?:1|2|22|31|32|33|39)m)`)

/** `printable`, with the colours of reports left as they are. */
export function printableReport(text: string): string {
  return text
    .split(COLOUR)
    .map((part, i) => (i % 2 === 1 ? part : printable(part)))
    .join('')
}

/** What JSON leaves as it is and a terminal or the runner of a CI job does not: as `\u0023`, the same to every reader of JSON. */
export function printableJson(json: string): string {
  return json
    .replace(/(?!\n)\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, escaped)
    .replace(COMMAND, (signs) => signs[0] + escaped(signs[1]!))
}

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
}
