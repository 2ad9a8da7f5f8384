/** The endpoint that was meant is the one that is measured: nothing else takes the place of a URL that is empty. */
import { describe, expect, test } from 'vitest'
import { joinLayers, type Layer } from '../../src/config/files/index.ts'
import { checkOptions, ciSystem, resolveConfig } from '../../src/config/index.ts'
import { embeddedNotice, requireEndpoint } from '../../src/run/hosts.ts'
import { resolveComparison, runPerfBenchmark } from '../../src/run/index.ts'
import { checkComparison } from '../../src/testing/compare.ts'
import { checkScenario } from '../../src/testing/scenario.ts'

const WAYS_OUT = /set the variable that it comes from.*a hook.*give a function.*embedded: \{\} and leave url out/

describe('a url that is there and empty', () => {
  test.each([undefined, '', ' '])('%j is an error that says both ways out, wherever it is read', async (url) => {
    expect(() => resolveConfig({ url })).toThrow(WAYS_OUT)
    expect(() => checkOptions({ url })).toThrow(WAYS_OUT)
    expect(() => checkScenario('chat', { url })).toThrow(WAYS_OUT)
    await expect(runPerfBenchmark({ url })).rejects.toThrow(WAYS_OUT)
  })

  test('is one beside embedded, too', () => {
    expect(() => resolveConfig({ url: undefined, embedded: {} })).toThrow(WAYS_OUT)
  })

  test('is not replaced by that of the config file', () => {
    const file: Layer = { values: { url: 'http://127.0.0.1:1' }, place: () => 'perfgate.config.ts:1', secrets: [] }
    expect(() => checkScenario('chat', { url: undefined }, file)).toThrow(WAYS_OUT)
  })

  test.each<[object, string]>([
    [{ baseline: '', candidate: {} }, 'option "baseline"'],
    [{ baseline: {}, candidate: { url: undefined } }, 'option "candidate.url"'],
    [{ baseline: { url: '' }, candidate: {} }, 'option "baseline.url"'],
  ])('of a side is an error that names it: %j', (sides, named) => {
    const comparison = { ...sides, regressions: { qps: '5 %' } }
    expect(() => resolveComparison(comparison)).toThrow(WAYS_OUT)
    expect(() => resolveComparison(comparison)).toThrow(named)
  })
})

describe('layers', () => {
  const layer = (values: Layer['values']): Layer => ({ values, place: () => '', secrets: [] })

  test('embedded asked for above a url replaces it', () => {
    expect(joinLayers([layer({ url: 'http://a', parallel: 2 }), layer({ embedded: {} })]).config).toEqual({
      parallel: 2,
      embedded: {},
    })
  })

  test('a url above embedded is measured', () => {
    expect(joinLayers([layer({ embedded: {} }), layer({ url: 'http://a' })]).config['url']).toBe('http://a')
  })
})

describe('in CI', () => {
  const inCi = { CI: 'true' }
  const need = /^option "url": missing, and in CI .*give url, or write embedded: \{\}$/

  test('the embedded server is measured only where it is asked for', () => {
    expect(() => requireEndpoint(resolveConfig({}), inCi)).toThrow(need)
    expect(() => requireEndpoint(resolveConfig({ embedded: {} }), inCi)).not.toThrow()
    expect(() => requireEndpoint(resolveConfig({ url: 'http://127.0.0.1:1' }), inCi)).not.toThrow()
    expect(() => requireEndpoint(resolveConfig({ localCommand: 'serve' }), inCi)).not.toThrow()
    expect(() => requireEndpoint(resolveConfig({}), {})).not.toThrow()
  })

  test('a test says so at its collection, and a comparison for each side', () => {
    const before = process.env['CI']
    process.env['CI'] = 'true'
    try {
      expect(() => checkScenario('chat', {})).toThrow(/^perf test "chat": option "url": missing, and in CI/)
      const sides = { baseline: 'http://127.0.0.1:1', candidate: {}, regressions: { qps: '5 %' } }
      expect(() => checkComparison('chat', sides)).toThrow(/option "url": missing, and in CI/)
      expect(() => checkComparison('chat', { ...sides, candidate: { embedded: {} } })).not.toThrow()
    } finally {
      if (before === undefined) delete process.env['CI']
      else process.env['CI'] = before
    }
  })

  test.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ CI: 'false' }, undefined],
    [{ CI: '0', GITHUB_ACTIONS: 'false' }, undefined],
    [{ CI: 'true' }, 'ci'],
    [{ CI: 'true', GITHUB_ACTIONS: 'true' }, 'github'],
    [{ JENKINS_URL: 'http://jenkins' }, 'jenkins'],
  ])('%j is %j', (env, name) => expect(ciSystem(env)).toBe(name))
})

test('a typed command without a url is told what it measures', () => {
  expect(embeddedNotice({})).toMatch(
    /^no url is given, so this run measures the embedded server.*--url measures yours$/,
  )
  expect(embeddedNotice({ embedded: {} })).toBeUndefined()
  expect(embeddedNotice({ url: 'http://a' })).toBeUndefined()
  expect(embeddedNotice({ localCommand: 'serve' })).toBeUndefined()
})

test.each([undefined, {}])(
  'thresholds: %j beside the key is an error, and so is one without a condition',
  (thresholds) => {
    expect(() => resolveConfig({ thresholds })).toThrow(
      /^option "thresholds": expected conditions like .* leave the key out$/,
    )
    expect(() => checkScenario('chat', { thresholds: { 'p99(latency)': undefined } })).toThrow('p99(latency)')
  },
)
