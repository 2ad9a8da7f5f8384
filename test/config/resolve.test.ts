import { describe, expect, it } from 'vitest'
import { ConfigError, OPTION_NAMES, optionMeta, resolveConfig } from '../../src/config/index.ts'

function messageOf(config: Record<string, unknown>): string {
  try {
    resolveConfig(config)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error('no error')
}

describe('resolveConfig', () => {
  it('takes camelCase, snake_case and kebab-case names of the same option', () => {
    expect(resolveConfig({ maxTokens: 5 }).maxTokens).toBe(5)
    expect(resolveConfig({ max_tokens: 5 }).maxTokens).toBe(5)
    expect(resolveConfig({ 'max-tokens': 5 }).maxTokens).toBe(5)
    expect(messageOf({ max_tokens: 5, maxTokens: 6 })).toBe('option "maxTokens": given twice, in two spellings')
  })

  it('names an unknown option and the one that was meant', () => {
    expect(messageOf({ paralel: 4 })).toBe('option "paralel": unknown, did you mean "parallel"?')
  })

  it.each([
    [{ parallel: 0 }, 'option "parallel": '],
    [{ parallel: 'many' }, 'option "parallel": expected number or array, got "many"'],
    [{ rate: 0 }, 'option "rate": must be -1 (unpaced) or a positive number of requests per second, got 0'],
    [{ stream: 'yes' }, 'option "stream": expected boolean, got "yes"'],
    [{ onInvalid: 'ignore' }, 'option "onInvalid": unknown value "ignore"'],
    [{ executor: 'poison' }, 'option "executor": unknown value "poison", did you mean "poisson"?'],
    [{ url: 'localhost:8000' }, 'option "url": "localhost:8000" must begin with http:// or https://'],
    [{ url: 'not a url' }, 'option "url": "not a url" is not a URL'],
    [{ url: 'http://user:secret@h/v1' }, 'option "url": credentials do not belong in a URL'],
    [{ parallel: [1, 2], number: [5] }, ''],
    [{ parallel: [1, 2, 4], number: [5, 6] }, 'option "number": has 2 values but "parallel" has 3'],
    [{ openLoop: true }, 'option "openLoop": needs a rate'],
    [{ stages: [{ duration: 1, targt: 2 }] }, 'option "stages'],
  ])('%j is refused by name', (config, start) => {
    if (start === '') expect(resolveConfig(config).number).toEqual([5])
    else expect(messageOf(config).startsWith(start)).toBe(true)
  })

  it('never repeats a secret that stands in a URL', () => {
    expect(messageOf({ url: 'http://user:hunter2@h/v1' })).not.toContain('hunter2')
  })

  it('describes every option for help and docs', () => {
    for (const name of OPTION_NAMES) expect(optionMeta(name).description.length).toBeGreaterThan(0)
  })
})
