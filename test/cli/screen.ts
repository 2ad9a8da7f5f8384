/** What stands on a terminal after some bytes, by a terminal emulator that is not ours. */
import xterm from '@xterm/headless'

export interface Screen {
  /** Lines from the top, without blanks at their ends; none after the last that has something or the cursor. */
  lines: string[]
  /** Lines that a line too long for the terminal went on in. */
  wrapped: number
}

export async function screenOf(bytes: string, columns = 80, rows = 24): Promise<Screen> {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    scrollback: 1000,
    convertEol: true,
  })
  await new Promise<void>((resolve) => terminal.write(bytes, resolve))
  const { active } = terminal.buffer
  const all = Array.from({ length: active.length }, (_, i) => active.getLine(i)!)
  const texts = all.map((line) => line.translateToString(true))
  const last = Math.max(
    texts.findLastIndex((text) => text !== ''),
    active.baseY + active.cursorY,
  )
  const wrapped = all.filter((line) => line.isWrapped).length
  terminal.dispose()
  return { lines: texts.slice(0, last + 1), wrapped }
}
