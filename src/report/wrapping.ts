/** Breaks long text and long paths into lines that fit. */

/** Characters that take two columns of a terminal: Chinese, Japanese, Korean, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const MARK = /\p{Mark}/u
/** What may not be broken: a wide character by itself, or a run of others without a space. */
const UNITS = new RegExp(`${WIDE.source}|(?:(?!${WIDE.source})\\S)+|\\s+`, 'gu')

/** Columns that `text` takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += WIDE.test(character) ? 2 : MARK.test(character) ? 0 : 1
  return width
}

/**
 * Wraps at spaces, and between wide characters. A word longer than a line is left whole, so that it can be copied.
 *
 * @param indent columns before every line but the first
 */
export function wrapText(text: string, columns: number, indent = 0): string[] {
  const lines: string[] = []
  let line = ''
  for (const unit of text.match(UNITS) ?? []) {
    const isSpace = unit.trim() === ''
    if (line.trim() !== '' && !isSpace && displayWidth(line) + displayWidth(unit) > columns) {
      lines.push(line.trimEnd())
      line = ' '.repeat(indent)
    }
    if (!isSpace || line.trim() !== '' || lines.length === 0) line += unit
  }
  return [...lines, line.trimEnd()]
}

/** Where a path may be broken, best places first: after a slash, after a word, anywhere. */
const PATH_BREAKS = [/(?<=[\\/])/u, /(?<=[_-])/u, /(?=.)/u]

/** Breaks a path after slashes, so that its lines joined are the path again. */
export function wrapPath(path: string, columns: number, breaks: readonly RegExp[] = PATH_BREAKS): string[] {
  if (displayWidth(path) <= columns || breaks.length === 0) return [path]
  const [first, ...finer] = breaks
  const lines: string[] = []
  let line = ''
  for (const piece of path.split(first!)) {
    if (displayWidth(line) + displayWidth(piece) <= columns) {
      line += piece
      continue
    }
    if (line !== '') lines.push(line)
    const parts = wrapPath(piece, columns, finer)
    lines.push(...parts.slice(0, -1))
    line = parts.at(-1)!
  }
  return [...lines, line]
}
