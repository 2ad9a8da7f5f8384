/** Facts that once stood in several places: each has one home, and is right there. */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isLoopback } from '../../src/config/index.ts'
import { markOf } from '../../src/report/document.ts'
import { isSecretName } from '../../src/secrets/index.ts'
import { indexAt, valueAt } from '../../src/stats/index.ts'

const sources = globSync('{src,fixtures,bench}/**/*.{ts,mts,cts}').map((path) => path.replaceAll('\\', '/'))

test.for<[fact: string, pattern: RegExp, home: string]>([
  [
    'the rule of percentiles',
    /Math\.min\((this\.n|n|all|(sorted|values|samples)\.length) - 1, Math\.floor\(/,
    'src/stats/quantiles.ts',
  ],
  ['the signs of verdicts', /[✓✗✅❌❔]/u, 'src/report/document.ts'],
  ['which hosts are this machine', /127(\\\.|\(\\)|startsWith\('127\./, 'src/config/addresses.ts'],
  ['which variables say that this is CI', /(env|ENV)\b.{0,6}\b(GITHUB_ACTIONS|GITLAB_CI|CI)\b/, 'src/config/ci.ts'],
  ['which words say that a name is secret', /secret\|passw|'passphrase'/, 'src/secrets/names.ts'],
])('%s: %s', ([, pattern, home]) => {
  const others = sources.filter((path) => path !== home && pattern.test(readFileSync(path, 'utf8')))
  expect(others).toEqual([])
})

test('the time of day, which tests may fake, has one source', () => {
  const others = sources.filter((path) => /^(src|fixtures)\b/.test(path) && !path.includes('html/page'))
  expect(others.filter((path) => /\bDate\.now\(\)|new Date\(\)/.test(readFileSync(path, 'utf8')))).toEqual([])
})

test('a percentile is the value of index min(n − 1, ⌊p × n⌋) of those sorted', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1)
  expect([0, 0.5, 0.99, 1].map((share) => valueAt(hundred, share))).toEqual([1, 51, 100, 100])
  expect(indexAt(0.5, 1)).toBe(0)
  expect(valueAt([], 0.5)).toBeNaN()
})

test('loopback is localhost and what is below it, 127.0.0.0/8 and ::1, in every spelling', () => {
  const own = ['localhost', 'LOCALHOST.', 'a.localhost', '127.0.0.1', '127.8.9.10', '::1', '[::1]', '::ffff:7f00:1']
  expect(own.filter((host) => !isLoopback(host))).toEqual([])
  const others = ['localhost.example', 'notlocalhost', '127.0.0.1.example', '128.0.0.1', '0.0.0.0', '::', '[::2]', '']
  expect(others.filter((host) => isLoopback(host))).toEqual([])
})

test('every verdict has a sign, and one of ASCII', () => {
  const verdicts = ['pass', 'fail', 'undecided', 'invalid', 'none'] as const
  expect(verdicts.map((verdict) => markOf(verdict, { unicode: true })).join('')).toBe('✓✗?!–')
  expect(verdicts.map((verdict) => markOf(verdict, {})).join('')).toBe('+x?!-')
})

test('a variable is secret by its name', () => {
  expect(
    ['API_KEY', 'HF_TOKEN', 'MY_PASSWORD', 'BASIC_AUTH', 'OPENAIKEY', 'HFTOKEN'].filter((name) => !isSecretName(name)),
  ).toEqual([])
  expect(['LLM_URL', 'MODEL', 'NUMBER', 'TOKENIZER_PATH', 'AUTHOR'].filter((name) => isSecretName(name))).toEqual([])
})
