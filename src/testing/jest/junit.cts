/** The figures of a perf test as properties of its case, for `testCasePropertiesFile` of jest-junit. */
import type { JestCaseResult } from './internals.ts' with { 'resolution-mode': 'import' }

interface Reported extends JestCaseResult {
  perfgate?: { records: { figures: { name: string; value: string }[] }[] }
}

module.exports = function properties({ perfgate }: Reported): Record<string, string> {
  const figures = perfgate?.records.flatMap((record) => record.figures) ?? []
  return Object.fromEntries(figures.map(({ name, value }) => [name, value]))
}
