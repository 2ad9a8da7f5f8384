/** HTML from templates in which every value is escaped, whoever said it. */
import { stripVTControlCharacters } from 'node:util'

/** Markup that may stand in a page as it is: only `html` makes it. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Value = Markup | string | number | null | undefined | false | readonly Value[]

/** A template: strings are escaped, markup is kept, lists are joined, and nothing comes of null or false. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < values.length ? shown(values[i]) : '')).join(''))
}

/** Text that is no markup, in an element or between double quotes. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** JSON inside a script element: nothing in it can end the element or begin a comment. */
export function scriptJson(value: unknown): Markup {
  return new Markup(
    JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  )
}

function shown(value: Value): string {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(shown).join('')
  return escapeHtml(String(value))
}

/** Marks that turn the direction of the text around them, and control characters, are shown as U+FFFD. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replace(UNPRINTABLE, '\ufffd')
}

const UNPRINTABLE = /(?![\t\n\r])\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
