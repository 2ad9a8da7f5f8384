/** The types of `.each` and `.for`: a function of the row in place of a scenario. */

/** In the name `%i`, `%s`, `$property` … are filled in from the row. */
export type PerfRows<Row extends readonly unknown[], Scenario, Context> = (
  name: string,
  scenario: (...row: Row) => Scenario,
  body?: (context: Context) => void | Promise<void>,
) => void

/** Rows that are arrays are spread, as in the `test.each` of Jest and Vitest. */
export interface PerfEachOf<Scenario, Context> {
  <Row extends readonly unknown[] | [unknown]>(rows: readonly Row[]): PerfRows<Row, Scenario, Context>
  <Row>(rows: readonly Row[]): PerfRows<[row: Row], Scenario, Context>
  (template: TemplateStringsArray, ...values: unknown[]): PerfRows<[row: Record<string, unknown>], Scenario, Context>
}

/** A row is one argument, whatever it is. */
export interface PerfForOf<Scenario, Context> {
  <Row>(rows: readonly Row[]): PerfRows<[row: Row], Scenario, Context>
  (template: TemplateStringsArray, ...values: unknown[]): PerfRows<[row: Record<string, unknown>], Scenario, Context>
}

export const ROW_WANTED = 'with .each and .for the second argument is a function of the row that gives a scenario'
