/**
 * Which fixtures a perf test uses: those that its scenario and its body destructure.
 *
 * Vitest reads them from the text of the function that it runs. Ours runs both, so its text is that of a function that
 * destructures what either does.
 */

import type { Written } from '../doors/index.ts'

/** The same function, which Vitest gives the fixtures that the user's functions destructure. */
export function withFixturesOf<F extends (...given: never[]) => unknown>(handler: F, functions: readonly Written[]): F {
  const parameters = functions.flatMap(([written, index]) => parametersOf(written)[index] ?? [])
  // Vitest says itself what is wrong with one that is not destructured, where there are fixtures.
  const whole = parameters.find((parameter) => !isPattern(parameter))
  const names = parameters.filter(isPattern).map((parameter) => parameter.slice(1, -1).trim().replace(/,$/, ''))
  const text = whole ?? `{ ${names.filter((name) => name !== '').join(', ')} }`
  return Object.defineProperty(handler, 'toString', { value: () => `(${text}) => {}` })
}

function isPattern(parameter: string): boolean {
  return parameter.startsWith('{') && parameter.endsWith('}')
}

/** The text of each parameter. */
function parametersOf(written: (...given: never[]) => unknown): string[] {
  const source = Function.prototype.toString.call(written).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source)
  return single === null ? partsOf(source, source.indexOf('(') + 1) : [single[1]!]
}

/** What stands between commas, from an opening bracket to the one that closes it. */
function partsOf(source: string, start: number): string[] {
  const parts: string[] = []
  let part = ''
  let depth = 0
  for (const sign of source.slice(start)) {
    if ('([{'.includes(sign)) depth++
    if (')]}'.includes(sign) && --depth < 0) break
    if (sign === ',' && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else part += sign
  }
  return part.trim() === '' ? parts : [...parts, part.trim()]
}
