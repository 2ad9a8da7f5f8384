/** How far a load is, shown while its test runs. */
import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { lacking } from '../report/python.ts'
import { projectPath, runVitest, testFolder, VITEST } from './childVitest.ts'

const LINE =
  /takes a while: measuring \d+\/1000000, [\d.]+ requests\/s, 0 failed, \d in flight, \d+ tokens\/s, p99 [\d.]+ m?s, ETA \d+ s/

/** Runs a program on a terminal of its own. */
const TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'

test.skipIf(lacking('pty'))('in a terminal Vitest shows it above its summary, and it is gone at the end', async () => {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|FORCE_|CI$|GITHUB_)/.test(name))
  const terminal = spawn('python3', ['-c', TERMINAL, process.execPath, VITEST, 'run'], {
    cwd: projectPath('live'),
    env: {
      ...Object.fromEntries(inherited),
      ...{ TERM: 'xterm-256color', NO_COLOR: '1', COLUMNS: '200', OUTPUTS: testFolder(), SECONDS: '5' },
    },
  })
  let shown = ''
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  expect(await new Promise((resolve) => terminal.once('close', resolve)), shown).toBe(0)
  // As wide as the terminal is: the rest may be cut.
  expect(shown).toMatch(/takes a while: measuring \d+\/1000000, [\d.]+ requests\/s/)
  // Drawn again and again, and not a line that stays.
  expect(shown.slice(shown.indexOf('Benchmarking summary:'))).not.toContain('takes a while: measuring')
})

test('in a log there is a line every 15 seconds', async () => {
  const { code, stdout, stderr } = await runVitest('live', [], { OUTPUTS: testFolder(), SECONDS: '18' })
  const output = stdout + stderr
  expect(code, output).toBe(0)
  expect(output.match(new RegExp(LINE, 'g')), output).toHaveLength(1)
})
