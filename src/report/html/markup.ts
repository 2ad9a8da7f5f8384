/** HTML from templates in which every value is escaped, whoever said it; and the frame of a page, which asks the network for nothing. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
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

/** What a page is beside its body. */
export interface PageFrame {
  title: string
  /** JSON for the script; absent: a page without a script. */
  data?: unknown
  /** Loads the page anew: of a run that goes on. */
  refreshSeconds?: number | undefined
}

/** A page with its own content security policy in it. */
export function htmlPage({ title, data, refreshSeconds }: PageFrame, body: Markup): string {
  const assets = readAssets()
  const head = html`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${pagePolicy(assets)}">
${refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark"><title>${title} · perfgate</title>`
  const script =
    data === undefined
      ? ''
      : `<script type="application/json" id="data">${scriptJson(data).text}</script>\n<script>${assets.script}</script>`
  return `<!doctype html>\n${head.text}\n<style>${assets.style}</style></head><body>\n${body.text}\n${script}</body></html>\n`
}

/** The content security policy of every page: its own script and its own style, and nothing else from anywhere. */
export function pagePolicy({ script, style }: Assets = readAssets()): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** As a content security policy names it. */
export function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** Where the bundle is: beside this file once built, and in dist/ where the sources themselves are run. */
const FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../../../dist/src/report/html/' : './', import.meta.url)

interface Assets {
  script: string
  style: string
}

/** @throws Error when the package was not built */
export function readAssets(): Assets {
  try {
    return {
      script: readFileSync(new URL('page.js', FOLDER), 'utf8'),
      style: readFileSync(new URL('page.css', FOLDER), 'utf8'),
    }
  } catch (error) {
    throw new Error(`the HTML report's script is not built (${(error as Error).message}); run: npm run build`)
  }
}
