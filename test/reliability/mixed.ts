/** A run in which every third request meets a fault of the embedded server and the others go well. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { FAULT_FIELD, FAULTS } from '../../fixtures/index.ts'
import { readResultDb, type StoredRequest } from '../../src/records/index.ts'
import { renderText } from '../../src/report/index.ts'
import { failureSentences, runDocument } from '../../src/report/runDocument.ts'
import type { Result } from '../../src/result/index.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import type { FailureCause } from '../../src/samples/index.ts'
import type { Bench, FaultRow } from './row.ts'
import { expectWell } from './well.ts'

const REQUESTS = 12
const INDEXES = Array.from({ length: REQUESTS }, (_, i) => i)
/** Characters of a failure's line that the table shows. */
const SHOWN = 150

export interface Mixed {
  /** Name of the fault. */
  fault: string
  /** Absent: the request succeeds all the same. */
  cause?: FailureCause
  /** In the summary's line of this failure, after its cause. */
  words?: string | RegExp
  /** Status of the failed answers; null: there was none. */
  status?: number | null
  /** Which requests meet the fault; default: every third. */
  meets?: (index: number) => boolean
  /** Which requests fail of it; default: those that meet it. */
  harms?: (index: number) => boolean
  /** Options of the run beside those that all have. */
  options?: Record<string, unknown>
  /** More to look at, of the rows that met the fault. */
  check?(faulty: StoredRequest[], result: Result): void
  /** Packages that a request which succeeds has beside its tokens, its role and its finish. */
  morePackages?: number
  /** The server said no token counts, so they are our own. */
  estimated?: boolean
  /** Remark in the column of what is expected. */
  remark?: string
}

export function mixed(row: Mixed): FaultRow {
  const { description } = FAULTS.find(({ name }) => name === row.fault)!
  const remark = row.remark === undefined ? '' : `; ${row.remark}`
  return {
    fault: `\`${row.fault}\`: ${description}`,
    expected: (row.cause === undefined ? 'succeeds' : `\`${row.cause}\``) + remark,
    run: (bench) => runMixed(row, bench),
  }
}

async function runMixed(row: Mixed, { url, requests, folder }: Bench): ReturnType<FaultRow['run']> {
  const { fault, cause, meets = everyThird } = row
  const harmed = cause === undefined ? () => false : (row.harms ?? meets)
  const { result, resultDbPath } = await runPerfBenchmark({
    url,
    model: 'm',
    dataset: 'line_by_line',
    datasetPath: promptsFile(folder, fault, meets),
    number: REQUESTS,
    parallel: 3,
    noTestConnection: true,
    onInvalid: 'warn',
    outputsDir: folder,
    name: fault,
    readTimeout: 20,
    totalTimeout: 30,
    ...row.options,
  })
  const rows = storedRows(resultDbPath!).toSorted((a, b) => indexOf(a) - indexOf(b))
  expect(rows.map(indexOf)).toEqual(INDEXES)
  for (const stored of rows) {
    const index = indexOf(stored)
    if (!harmed(index)) expectWell(stored, requests, meets(index) ? row : {})
    else {
      expect(stored).toMatchObject({ success: 0, cause, status: row.status ?? null })
      expect(stored.failure).not.toBe('')
    }
  }
  const failed = INDEXES.filter(harmed).length
  expect({ ...result.summary, errors: result.errors }).toMatchObject({
    totalRequests: REQUESTS,
    succeededRequests: REQUESTS - failed,
    failedRequests: failed,
    errors: cause === undefined ? {} : { [cause]: failed },
  })
  row.check?.(
    rows.filter((stored) => meets(indexOf(stored))),
    result,
  )
  const others = INDEXES.filter((index) => !meets(index) && !harmed(index)).length
  return { times: INDEXES.filter(meets).length, seen: `${seenOf(row, result)}; the other ${others} unharmed` }
}

/** The line of the summary that a user reads. */
function seenOf({ cause, words }: Mixed, result: Result): string {
  const text = renderText(runDocument(result), { columns: 2000, unicode: true })
  if (cause === undefined) {
    expect(text).not.toContain('Failed requests (')
    return 'succeeds'
  }
  const sentences = failureSentences(result)
  expect(text).toContain(`Failed requests (${result.summary.failedRequests} of ${REQUESTS}):`)
  for (const sentence of sentences) expect(text).toContain(sentence)
  if (words !== undefined) for (const sentence of sentences) expect(sentence).toMatch(words)
  // What differs from request to request, as an id in the words of the server, splits them into kinds of one each.
  const kinds = new Set(sentences.map(withoutNumbers))
  expect([...kinds]).toHaveLength(1)
  return `\`${[...kinds][0]!.replaceAll('`', "'").replaceAll('|', '\\|')}\``
}

function withoutNumbers(sentence: string): string {
  const shown = sentence.replace(/^\d+ × /, '').replace(/(chatcmpl-|position |column |127\.0\.0\.1:)\d+/g, '$1N')
  return shown.length <= SHOWN ? shown : `${shown.slice(0, SHOWN)}…`
}

export function storedRows(path: string): StoredRequest[] {
  const reader = readResultDb(path)
  const rows = [...reader.requests()]
  reader.close()
  return rows
}

function everyThird(index: number): boolean {
  return index % 3 === 2
}

function indexOf(row: StoredRequest): number {
  return row.request_index as number
}

function promptsFile(folder: string, fault: string, meets: (index: number) => boolean): string {
  const path = join(folder, `${fault}.jsonl`)
  const lines = INDEXES.map((i) =>
    JSON.stringify({
      messages: [{ role: 'user', content: `question ${i}` }],
      ...(meets(i) ? { [FAULT_FIELD]: fault } : {}),
    }),
  )
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}
