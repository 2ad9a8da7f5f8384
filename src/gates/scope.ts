/** The part of a run that a threshold is about: `{stage:2}` or `{parallel:8}` after a figure, in the manner of k6's tags. */
import { suggestion } from '../config/index.ts'
import type { Fail } from './fail.ts'
import { failing } from './fail.ts'
import type { ParsedThreshold } from './grammar.ts'
import type { ScopeName } from './keys.ts'

/** A stage counts from 1; `parallel` and `rate` name a level of a sweep by its value. */
export interface Scope {
  by: ScopeName
  value: number
}

const SCOPE_NAMES: readonly ScopeName[] = ['stage', 'parallel', 'rate']

/**
 * Cuts `p99(latency){stage:2}` into the figure and its part of the run.
 *
 * @throws what `fail` makes, when the braces do not hold one known name and a number
 */
export function cutScope(key: string, fail: Fail): { figure: string; scope: Scope | undefined } {
  const [, figure = '', inside, rest = ''] = /^([^{]*)(?:\{([^}]*)\}?)?(.*)$/s.exec(key) ?? []
  if (inside === undefined) return { figure: key, scope: undefined }
  const example = 'write for instance "p99(latency){stage:2}" or "p99(latency){parallel:8}"'
  if (rest.trim() !== '' || !key.includes('}'))
    throw fail(`"${key.slice(figure.length)}" is no part of a run; ${example}`)
  const [, name = '', text = ''] = /^\s*(\w*)\s*:\s*(.*?)\s*$/.exec(inside) ?? []
  const by = SCOPE_NAMES.find((known) => known === name)
  if (by === undefined)
    throw fail(
      name === ''
        ? `"{${inside}}" is no part of a run; ${example}`
        : `unknown part of a run "${name}"${suggestion(name, SCOPE_NAMES)}`,
    )
  const value = Number(text)
  if (text === '' || !Number.isFinite(value) || value <= 0 || (by !== 'rate' && !Number.isInteger(value)))
    throw fail(
      `"${text}" is no ${by === 'rate' ? 'rate' : by === 'stage' ? 'stage; they count from 1' : 'number in parallel'}`,
    )
  return { figure, scope: { by, value } }
}

/** What parts a run has. */
export interface Parts {
  /** Number of stages; 0 without them. */
  stages: number
  /** The levels' values; the same for all where only the other is swept. */
  parallels: readonly number[]
  rates: readonly number[]
}

/**
 * Checks that each threshold on a part of the run will be measured.
 *
 * @throws ConfigError naming the threshold, when the run has no such part
 */
export function requireParts(thresholds: readonly ParsedThreshold[], { stages, parallels, rates }: Parts): void {
  for (const { expression, scope } of thresholds) {
    if (scope === undefined) continue
    const fail = failing('threshold', expression)
    if (scope.by === 'stage') {
      if (stages === 0) throw fail('there are no stages; add the option "stages", or leave out "{stage:…}"')
      if (scope.value > stages) throw fail(`there is no stage ${scope.value}; the last one is ${stages}`)
      continue
    }
    const known = scope.by === 'parallel' ? parallels : rates
    if (!known.includes(scope.value))
      throw fail(`no level has ${scope.by} ${scope.value}; there is ${[...new Set(known)].join(', ')}`)
  }
}
