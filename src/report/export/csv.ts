/** Requests as comma-separated values (RFC 4180): the columns of the result DB, NULL as an empty field. */
import { COLUMN_NAMES, type StoredRequest } from '../../records/index.ts'
import type { ReportRun } from '../reportRun.ts'
import type { ExportFormat } from './format.ts'

export const csv: ExportFormat = {
  name: 'csv',
  description: 'requests, one a line, with the columns of the result DB',
  joins: false,
  needsRequests: true,
  write: ([run]) => [{ ending: '.csv', content: lines(run!) }],
}

function* lines({ requests }: ReportRun): Generator<string> {
  yield `${COLUMN_NAMES.join(',')}\r\n`
  for (const row of requests!({ withoutTexts: false }))
    yield `${COLUMN_NAMES.map((name) => field(row, name)).join(',')}\r\n`
}

function field(row: StoredRequest, name: (typeof COLUMN_NAMES)[number]): string {
  const value = row[name]
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // An empty text is quoted: unquoted it would be NULL.
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
