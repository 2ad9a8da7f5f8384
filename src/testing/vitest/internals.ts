/**
 * What is used of Vitest 4.1 and 5 that is not public: one function each, in this file alone.
 *
 * Each looks whether Vitest still is as it expects. Where it is not, the function changes nothing and says so in words.
 */
import type { Reporter, TestCase, Vitest } from 'vitest/node'
import type { StopSignal } from '../../config/signals.ts'
// Not from the folder's index: the reporter is loaded before the tests, and is to be there at once.
import { FIGURE_PREFIX } from '../figures.ts'
import type { Written } from '../index.ts'

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

interface Printing {
  printAnnotations?: (test: TestCase, console: string, padding?: number) => void
}

/** A reporter that does nothing else, where ours is not wanted. */
export const FIGURES_KEPT_OUT: Reporter = { onInit: withoutFigures }

export function withoutFigures(vitest: Vitest): void {
  const { reporters = [] } = vitest as { reporters?: Printing[] }
  for (const reporter of reporters) {
    const print = reporter.printAnnotations
    if (typeof print !== 'function') continue
    reporter.printAnnotations = (test, console, padding) => {
      const others = test.annotations().filter(({ type }) => !type.startsWith(FIGURE_PREFIX))
      if (others.length > 0) print.call(reporter, withAnnotations(test, others), console, padding)
    }
  }
}

function withAnnotations(test: TestCase, annotations: ReturnType<TestCase['annotations']>): TestCase {
  return new Proxy(test, {
    get(target, key) {
      if (key === 'annotations') return () => annotations
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/**
 * Takes away Vitest's listeners, which exit the process on the first signal.
 *
 * @returns false where there are none
 */
export function removeExitListeners(signal: StopSignal): boolean {
  const theirs = process.listeners(signal).filter(({ name }) => name === 'onExit') as (() => void)[]
  for (const listener of theirs) process.off(signal, listener)
  return theirs.length > 0
}
