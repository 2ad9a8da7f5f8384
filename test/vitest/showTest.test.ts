import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('what shows results in Vitest’s main process loads no schemas: each run would wait for them', () => {
  const shown = new URL('../../src/testing/vitest/showTest.ts', import.meta.url).href
  const script = `
    import { registerHooks } from 'node:module'
    const asked = []
    registerHooks({ resolve: (name, context, next) => { asked.push(name); return next(name, context) } })
    const { showTest } = await import(${JSON.stringify(shown)})
    console.log(JSON.stringify({ showTest: typeof showTest, asked }))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { showTest, asked } = JSON.parse(output) as { showTest: string; asked: string[] }
  expect(showTest).toBe('function')
  // The table library, which it does need, tells that what is asked for was seen.
  expect(asked).toContain('cli-table3')
  expect(asked).not.toContain('zod')
})
