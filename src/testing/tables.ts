/** What is printed of a finished perf test: its tables, or one line where there are many tests and it passed. */
import { ConfigError } from '../config/errors.ts'
import { formatNumber, readableUnit, withUnit } from '../gates/quantity.ts'
import { markOf } from '../report/document.ts'
import { coloured, type TerminalStyle, VERDICT_COLOURS } from '../report/terminal.ts'
import type { Result } from '../result/index.ts'
import { renderFinding, sentenceOf } from './files.ts'
import type { Finding } from './host.ts'

/** Of which tests tables are printed: of all, of those that did not pass, or of none. Others print one line each. */
export type Tables = 'all' | 'failed' | 'none'

const WORDS: readonly string[] = ['all', 'failed', 'none'] satisfies Tables[]
/** Where nobody says otherwise, a run of fewer perf tests prints the tables of all. */
const MANY_TESTS = 6

export interface Finished {
  /** Of the test, with its file. */
  title: string
  hasPassed: boolean
  /** What the project says; absent: it depends on how many tests there are. */
  tables: Tables | undefined
  /** Perf tests of the run, as far as they are known yet. */
  tests: number
}

/**
 * What a project says of tables; the environment variable PERFGATE_TABLES wins.
 *
 * @throws ConfigError when it is no such word
 */
export function readTables(option: unknown, env: Record<string, string | undefined> = process.env): Tables | undefined {
  const variable = env['PERFGATE_TABLES'] || undefined
  const word = variable ?? option
  if (word === undefined || WORDS.includes(String(word))) return word as Tables | undefined
  const name = variable === undefined ? 'option "tables"' : 'PERFGATE_TABLES'
  throw new ConfigError(`${name}: expected "all", "failed" or "none", got ${JSON.stringify(word)}`, 'tables')
}

export function showsTables({ hasPassed, tables, tests }: Omit<Finished, 'title'>): boolean {
  const wanted = tables ?? (tests < MANY_TESTS ? 'all' : 'failed')
  return wanted === 'all' || (wanted === 'failed' && !hasPassed)
}

/** The text of a finding, with the newlines around it. */
export function renderFinished(finding: Finding, finished: Finished, style: TerminalStyle): string {
  if (showsTables(finished)) return `\n${finished.title}\n\n${renderFinding(finding, style)}\n`
  return renderLine(finding, finished, style)
}

/** `+ chat.perf.ts > answers: 100 requests at parallel 4, latency p50 1.2 s p99 2.3 s, …, pass, 1 of 1 threshold kept` */
function renderLine(finding: Finding, { title, hasPassed }: Finished, style: TerminalStyle): string {
  const verdict = hasPassed ? 'pass' : 'fail'
  const mark = coloured(VERDICT_COLOURS[verdict], markOf(verdict, style), style)
  const facts = [...(finding.kind === 'result' ? factsOf(finding.result) : []), sentenceOf(finding)]
  return `${mark} ${title.replaceAll(/\s*\n\s*/g, ' ')}: ${facts.join(', ')}`
}

function factsOf({ summary, distributions, config }: Result): string[] {
  const { totalRequests, concurrency, outputTokensPerSecond, input } = summary
  const rate = Number(config['rate'])
  const load = rate > 0 ? `at ${rate}/s` : concurrency === null ? '' : `at parallel ${concurrency}`
  const tokens = input === undefined ? outputTokensPerSecond : input.tokensPerSecond
  return [
    `${totalRequests} ${totalRequests === 1 ? 'request' : 'requests'} ${load}`.trim(),
    ...timesOf('latency', distributions.latency),
    ...timesOf('TTFT', distributions.ttft),
    ...(tokens === null ? [] : [`${formatNumber(tokens, 'tokenRate', 'tok/s')} tokens/s`]),
  ]
}

function timesOf(name: string, distribution: { p50: number; p99: number } | null | undefined): string[] {
  if (distribution == null) return []
  const { p50, p99 } = distribution
  const [median, tail] = [p50, p99].map((ms) => {
    const unit = readableUnit(ms, 'time')
    return withUnit(formatNumber(ms, 'time', unit), unit)
  })
  return [`${name} p50 ${median} p99 ${tail}`]
}
