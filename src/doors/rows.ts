/** The types of `.each` and `.for`: a function of the row in place of a scenario. */

/** A function that is called when its test runs, and gives the scenario of it. */
export type ScenarioOf<Scenario, Given extends readonly unknown[]> = (...given: Given) => Scenario | Promise<Scenario>

/** In the name `%i`, `%s`, `$property` … are filled in from the row. */
export type PerfRows<Row extends readonly unknown[], Scenario, Context> = (
  name: string,
  scenario: ScenarioOf<Scenario, Row>,
  body?: (context: Context) => void | Promise<void>,
) => void

/** Rows that are arrays are spread, as in the `test.each` of Jest and Vitest. */
export interface PerfEachOf<Scenario, Context> {
  <Row extends readonly unknown[] | [unknown]>(rows: readonly Row[]): PerfRows<Row, Scenario, Context>
  <Row>(rows: readonly Row[]): PerfRows<[row: Row], Scenario, Context>
  (template: TemplateStringsArray, ...values: unknown[]): PerfRows<[row: Record<string, unknown>], Scenario, Context>
}

/** A row is one argument, whatever it is; the test context is the other. */
export interface PerfForOf<Scenario, Context, Own> {
  <Row>(rows: readonly Row[]): PerfRows<[row: Row, context: Own], Scenario, Context>
  (
    template: TemplateStringsArray,
    ...values: unknown[]
  ): PerfRows<[row: Record<string, unknown>, context: Own], Scenario, Context>
}

export const ROW_WANTED = 'with .each and .for the second argument is a function of the row that gives a scenario'
