/** The rows of `.each`, with the titles that Jest's own `test.each` gives them. */
import { requireOfJest } from './jestPackages.ts'

type Collect = (title: string, row: () => unknown[]) => void
type Each = (
  table: readonly unknown[],
  ...values: unknown[]
) => (name: string, test: (...row: unknown[]) => unknown[]) => void

let bind: ((collect: Collect, supportsDone: boolean) => Each) | undefined

/** @throws Error when the table is not one, in Jest's words */
export function rowsOfJest(
  name: string,
  table: readonly unknown[],
  values: readonly unknown[],
): { title: string; row: unknown[] }[] {
  bind ??= (requireOfJest('jest-each') as { bind: NonNullable<typeof bind> }).bind
  const rows: { title: string; row: unknown[] }[] = []
  bind((title, row) => rows.push({ title, row: row() }), false)(table, ...values)(name, (...row) => row)
  return rows
}
