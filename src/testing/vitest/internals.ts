/**
 * What is used of Vitest 4.1 and 5 that is not public: one function each, in this file alone.
 *
 * Each looks whether Vitest is as it expects. Where it is not, the function changes nothing, and says in words what will
 * be missing.
 */
import type { ExpectStatic, TestContext } from 'vitest'
import type { Reporter, TestCase, Vitest } from 'vitest/node'
import type { StopSignal } from '../../config/signals.ts'
// Not from the folder's index: the reporter is loaded before the tests, and is to be there at once.
import { FIGURE_PREFIX } from '../figures.ts'
import type { Written } from '../index.ts'

/**
 * The same function, which Vitest gives the fixtures that the user's functions destructure. Vitest reads them from the
 * text of the function that it runs. Ours runs the user's, so its text is that of a function that destructures what they
 * do.
 *
 * @param declared the fixtures there are
 */
export function withFixturesOf(
  handler: (context: TestContext) => Promise<void>,
  functions: readonly Written[],
  declared: ReadonlySet<string>,
): (context: TestContext) => Promise<void> {
  const parameters = functions.flatMap(([written, index]) => parametersOf(written)[index] ?? [])
  // Vitest says itself what is wrong with one that is not destructured, where there are fixtures.
  const whole = parameters.find((parameter) => !isPattern(parameter))
  const names = parameters
    .filter(isPattern)
    .flatMap((parameter) => partsOf(parameter, 1))
    .filter((name) => name !== '')
  const asked = names.map((name) => /^[\w$]*/.exec(name)![0]).filter((name) => declared.has(name))
  const checked = (context: TestContext): Promise<void> => {
    const missing = whole === undefined ? asked.find((name) => !(name in context)) : undefined
    if (missing !== undefined)
      throw new Error(
        `perfgate: this Vitest did not give the perf test its fixture "${missing}"; call your own function in the scenario instead, and please report the version`,
      )
    return handler(context)
  }
  const text = whole ?? `{ ${names.join(', ')} }`
  return Object.defineProperty(checked, 'toString', { value: () => `(${text}) => {}` })
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

/** Vitest's own reporters that print annotations. */
const PRINTING = /^(Default|Verbose|Tree|Dot)Reporter$/

/** A reporter that does nothing else, where ours is not wanted. */
export const FIGURES_KEPT_OUT: Reporter = { onInit: withoutFigures }

/**
 * Keeps metrics out of Vitest's terminal reporters.
 *
 * A metric is an annotation so that the JUnit reporter writes it as `<property>`. The terminal reporters print
 * annotations too: `verbose` under every test, `default` under every failed one, two lines each, which says again
 * what our tables say. There is no option against it, so their printing is wrapped: annotations of others are printed
 * as ever.
 */
export function withoutFigures(vitest: Vitest): void {
  const { reporters = [] } = vitest as { reporters?: Printing[] }
  for (const reporter of reporters) {
    const print = reporter.printAnnotations
    if (typeof print !== 'function') {
      if (PRINTING.test(reporter.constructor.name))
        warn('this Vitest prints annotations in a way that perfgate does not know: metrics may be listed under tests')
      continue
    }
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
 * Adds lines above the summary that Vitest's reporters keep at the end of a terminal while tests run.
 *
 * @param lines called at each drawing
 * @returns false where no reporter keeps one: without a terminal, or in a Vitest that draws it in another way
 */
export function addToSummary(vitest: Vitest, lines: () => string[]): boolean {
  const { reporters = [] } = vitest as { reporters?: { summary?: { createSummary?: () => string[] } }[] }
  let isAdded = false
  for (const { summary } of reporters) {
    const create = summary?.createSummary
    if (summary === undefined || typeof create !== 'function') continue
    summary.createSummary = () => {
      const { columns = 80 } = process.stdout
      return [...lines().map((line) => line.slice(0, columns - 1)), ...create.call(summary)]
    }
    isAdded = true
  }
  return isAdded
}

/**
 * Takes away Vitest's listeners, which exit the process on the first signal.
 *
 * @returns false where there are none
 */
export function removeExitListeners(signal: StopSignal): boolean {
  const theirs = process.listeners(signal).filter(({ name }) => name === 'onExit') as (() => void)[]
  for (const listener of theirs) process.off(signal, listener)
  if (theirs.length === 0)
    warn(
      `this Vitest ends on ${signal} in a way that perfgate does not know: a run cut short may leave no tables and files`,
    )
  return theirs.length > 0
}

/**
 * The `expect` whose assertions Vitest counts: the test's own where its function has used it, else the global one.
 *
 * @param common the global one
 */
export function countedExpect(context: TestContext, common: ExpectStatic): ExpectStatic {
  if (!('_local' in context))
    warn('this Vitest counts assertions in a way that perfgate does not know: thresholds may not count as assertions')
  const { _local: isOwn } = context as TestContext & { readonly _local?: boolean }
  return isOwn ? context.expect : common
}

/**
 * Whether a reporter writes to stdout what a program is to read; tables do not belong in between. Vitest 4 writes JSON
 * and JUnit there unless a file is named, Vitest 5 where `stdout` is set.
 */
export function writesToStdout(reporter: Vitest['config']['reporters'][number], { config, version }: Vitest): boolean {
  if (!Array.isArray(reporter)) return false
  const [name, options] = reporter as [string, { stdout?: boolean; outputFile?: string } | undefined]
  if (name === 'tap' || name === 'tap-flat') return true
  if (name !== 'json' && name !== 'junit') return false
  const { outputFile } = config
  const file = options?.outputFile ?? (typeof outputFile === 'string' ? outputFile : outputFile?.[name])
  if (file !== undefined) return false
  return Number(version.split('.')[0]) < 5 || options?.stdout === true
}

const told = new Set<string>()

function warn(text: string): void {
  if (!told.has(text)) process.stderr.write(`perfgate: ${text}\n`)
  told.add(text)
}
