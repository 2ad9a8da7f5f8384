/** The rows of `.each`, which `node:test` has not, with titles in the manner of Jest and Vitest. */
import { format, inspect } from 'node:util'

const PLACEHOLDER = /%[sdifjoO]/g

/** @param table rows, or the strings of a template literal whose first line has the names and whose values are `values` */
export function rowsOf(
  name: string,
  table: readonly unknown[],
  values: readonly unknown[],
): { title: string; row: unknown[] }[] {
  const rows = values.length === 0 ? table : objects(String(table[0]), values)
  const isSpread = rows.every(Array.isArray)
  return rows.map((given) => {
    const row: unknown[] = isSpread ? (given as unknown[]) : [given]
    return { title: titled(name, row), row }
  })
}

function titled(name: string, row: readonly unknown[]): string {
  const [first] = row
  const named = name.replaceAll(/\$(\w+)/g, (whole, key: string) => {
    const value = (first as Record<string, unknown> | undefined)?.[key]
    return value === undefined ? whole : typeof value === 'string' ? value : inspect(value)
  })
  // Given more values than places, `format` would append the rest.
  return format(named, ...row.slice(0, named.match(PLACEHOLDER)?.length ?? 0))
}

function objects(heading: string, values: readonly unknown[]): Record<string, unknown>[] {
  const names = heading.trim().split(/\s*\|\s*/)
  if (values.length % names.length !== 0)
    throw new TypeError(`each: ${values.length} values do not fill rows of ${names.length} (${names.join(', ')})`)
  const count = values.length / names.length
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(names.map((name, column) => [name, values[i * names.length + column]])),
  )
}
