/** The live view on a pseudo-terminal of the system, shown by a terminal emulator. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { BIN } from '../program.ts'
import { lacking } from '../report/python.ts'
import { screenOf } from './screen.ts'

/** Gives the program a terminal of the width asked for, and prints what it wrote there as hexadecimal digits. */
const PTY = `
import fcntl, os, pty, struct, sys, termios
columns, argv = int(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
    os.execvp(argv[0], argv)
out = b''
while True:
    try: part = os.read(fd, 65536)
    except OSError: break
    if not part: break
    out += part
os.waitpid(pid, 0)
print(out.hex())
`
const EMBEDDED = '{"ttft":{"kind":"constant","meanMs":150},"itl":{"kind":"constant","meanMs":2}}'
const END_OF_FRAME = '\u001b[?2026l'
const SHOW_CURSOR = '\u001b[?25h'

async function onTerminal(columns: number, env: Record<string, string>): Promise<string> {
  const run = [process.execPath, BIN, '--number', '6', '--parallel', '2', '--store', 'none', '--embedded', EMBEDDED]
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV|FORCE_|NO_COLOR|CI$|LC_)/.test(name),
  )
  const { stdout } = await promisify(execFile)('python3', ['-c', PTY, String(columns), ...run], {
    env: { ...Object.fromEntries(inherited), TERM: 'xterm-256color', ...env },
    maxBuffer: 1 << 26,
  })
  return Buffer.from(stdout.trim(), 'hex').toString()
}

test.skipIf(lacking('pty') !== '').for([
  [40, { LANG: 'C.UTF-8' }, /^measuring.*/],
  [80, { LC_ALL: 'C', NO_COLOR: '1' }, /^measuring #*\.* \d\/6 \| /],
  [200, { LANG: 'C.UTF-8' }, /^measuring █*░* \d\/6 · /],
] as const)('%i columns: updated in place without a line too long, and then gone', async ([columns, env, bar]) => {
  const bytes = await onTerminal(columns, env)
  const live = bytes.slice(0, bytes.lastIndexOf(SHOW_CURSOR))
  const frames = live.split(END_OF_FRAME).slice(0, -1)
  const step = Math.ceil(frames.length / 12)
  const cuts = frames.flatMap((_, i) => (i % step === 0 ? [i + 1] : []))
  const shown = await Promise.all(cuts.map((cut) => screenOf(frames.slice(0, cut).join(END_OF_FRAME), columns)))
  const measuring = shown.filter(({ lines }) => lines.some((line) => line.startsWith('measuring')))
  expect(measuring.length).toBeGreaterThan(0)
  for (const { lines, wrapped } of measuring) {
    expect(wrapped).toBe(0)
    expect(lines.filter((line) => line.startsWith('measuring'))).toEqual([expect.stringMatching(bar)])
    expect(lines.some((line) => line.startsWith('latency'))).toBe(columns >= 44 && lines.length > 2)
  }
  const last = await screenOf(bytes, columns, 60)
  expect(last.lines.join('\n')).not.toMatch(/measuring|in flight/)
  expect(last.lines.join('\n')).toContain('Benchmarking summary')
  if ('NO_COLOR' in env) expect(live).not.toMatch(new RegExp(`${'\u001b'}\\[\\d+m`))
})
