/**
 * Keeps metrics out of Vitest's terminal reporters.
 *
 * A metric is an annotation so that the JUnit reporter writes it as `<property>`. The terminal reporters print
 * annotations too: `verbose` under every test, `default` under every failed one, two lines each, which says again
 * what our tables say. There is no option against it, so their printing is wrapped: annotations of others are printed
 * as ever, and where a reporter has no such method nothing changes.
 */
import type { Reporter, TestCase, Vitest } from 'vitest/node'
// Not from the folder's index: the reporter is loaded before the tests, and is to be there at once.
import { FIGURE_PREFIX } from '../doors/figures.ts'

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
