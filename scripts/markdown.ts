/** Text of ours in Markdown that VitePress reads too: Markdown's own signs, and Vue's, are words here. */

const SIGNS: Record<string, string> = { '<': '&lt;', '{': '&#123;', '*': '\\*', '|': '\\|' }

/** For a cell of a table. What stands in backticks is code already, and stays as it is but for the bar. */
export const cell = (text: string): string => spans(text, (code) => code.replaceAll('|', '\\|'), /[|<{*]/g)

/** For a paragraph. */
export const prose = (text: string): string => spans(text, (code) => code, /[<{*]/g)

/** For a cell: text that is code as a whole. */
export const codeCell = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

function spans(text: string, code: (text: string) => string, signs: RegExp): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part, i) => (i % 2 === 1 ? code(part) : part.replace(signs, (sign) => SIGNS[sign]!)))
    .join('')
}
