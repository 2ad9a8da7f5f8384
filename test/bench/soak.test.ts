/** `npm run soak -- --small`: the long loads in a few seconds, so that the scripts are known to work. */
import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'

const script = new URL('../../bench/soak/index.ts', import.meta.url).pathname

test('the long loads keep their promises in their small size', async () => {
  const { code, out } = await new Promise<{ code: number; out: string }>((resolve) =>
    execFile(process.execPath, [script, '--small'], (error, out, err) =>
      resolve({ code: error === null ? 0 : 1, out: out + err }),
    ),
  )
  expect(out).not.toContain('BROKEN')
  expect(code).toBe(0)
  expect(out).toMatch(/20,000 requests of 8 tokens.*\n.*\n.*20,000 rows in the DB/)
  expect(out).toMatch(/500 connections, 1,000 requests: 1,000 succeeded, 0 failed\n +most in flight 500;/)
  expect(out).toMatch(/read back: indices 0 to [\d,]+, each once/)
})
