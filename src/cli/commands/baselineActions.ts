/** What `perfgate baseline` does, once its words are read. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../config/index.ts'
import { gateRecord, modelOf, parseKey, parseRegressions, requireStored, type Statistic } from '../../gates/index.ts'
import {
  appendHistory,
  baselineNames,
  comparableHistory,
  compareWith,
  historyRecord,
  readBaseline,
  readHistory,
  readResults,
  writeBaseline,
} from '../../records/index.ts'
import {
  markOf,
  plainText,
  renderAgainstBaseline,
  renderHistory,
  renderStored,
  type TerminalStyle,
} from '../../report/index.ts'
import type { Result } from '../../result/index.ts'
import { exitCodeOf } from '../exit.ts'
import { readChoice } from '../flags.ts'

export interface BaselineWords {
  name: string | undefined
  files: string[]
  dir: string
  outputsDir: string
  /** Expressions, for instance `p99(latency) 5 %`. */
  regressions: string[]
  unlike: string
  /** Whose values `trend` shows. */
  figure: string
  /** How many of the latest results `trend` shows. */
  last: number
  style: TerminalStyle
  print: (text: string) => void
}

const POLICIES = ['refuse', 'show', 'judge'] as const

export function save(request: BaselineWords): number {
  const { dir, print } = request
  const name = required(request, 'save')
  const results = resultsOf(request)
  refuseUnfit(results)
  const isNew = !baselineNames(dir).includes(name)
  const path = writeBaseline(name, dir, results)
  const history = appendHistory(name, dir, results.map(historyRecord))
  print(`${isNew ? 'Saved' : 'Replaced'} ${path}: ${counted(results.length, 'result')}; added to ${history}`)
  return 0
}

export function record(request: BaselineWords): number {
  const name = required(request, 'record')
  const results = resultsOf(request)
  refuseUnfit(results)
  const path = appendHistory(name, request.dir, results.map(historyRecord))
  request.print(
    `Added ${counted(results.length, 'result')} to ${path}: ${readHistory(name, request.dir).length} in all`,
  )
  return 0
}

export function show({ name, dir, style, print }: BaselineWords): number {
  if (name === undefined) {
    const names = baselineNames(dir)
    if (names.length === 0) print(`No baselines in ${dir}; "perfgate baseline save main" saves the newest result.`)
    for (const one of names) {
      const { results } = readBaseline(one, dir)
      const { startedAt, environment, config } = results[0]!
      print(
        `${one}: ${counted(results.length, 'result')}, ${startedAt}, model ${modelOf(config)}, ${environment.cpu}, ${environment.cores} cores`,
      )
    }
    return 0
  }
  const { results, path } = readBaseline(name, dir)
  print(`Baseline ${name}: ${path}`)
  for (const result of results) print(`\n${renderStored(result, style)}`)
  return 0
}

export function compare(request: BaselineWords): number {
  const { dir, style } = request
  const name = required(request, 'compare')
  // A log file may not show the signs beyond ASCII that intervals have.
  const print = (text: string): void => request.print(plainText(text, style))
  const unlike = readChoice('unlike-baseline', request.unlike, POLICIES)
  const regressions = parseRegressions(gateRecord('regression', request.regressions))
  requireStored(regressions)
  const baseline = readBaseline(name, dir)
  // What the results were gated on when they were measured is not judged again.
  const compared = resultsOf(request).map((result) =>
    compareWith({ baseline, regressions, unlike }, { ...result, thresholds: [], notes: [] }),
  )
  for (const result of compared) {
    const { startedAt } = result.baseline!
    const found = baseline.results.find((candidate) => candidate.startedAt === startedAt)!
    print(renderAgainstBaseline(found, result, regressions, style))
    for (const { verdict, message } of result.thresholds) print(`  ${markOf(verdict, style)} ${message}`)
    for (const note of result.notes) print(note)
  }
  return exitCodeOf(compared)
}

export function trend(request: BaselineWords): number {
  const { dir, style, print, last } = request
  const name = required(request, 'trend')
  if (request.regressions.length > 0)
    throw new ConfigError(
      `option --regression: trend shows values and judges none; to judge a result, run "perfgate baseline compare ${name} --regression '${request.regressions[0]!}'"`,
    )
  const figure = figureNamed(request.figure)
  const history = readHistory(name, dir)
  const { records, unlike } = comparableHistory(history, figure, last)
  print(renderHistory(figure, records, style))
  print(
    `${counted(records.length, 'result')} of the last ${Math.min(last, history.length)}${unlike === 0 ? '' : `; ${unlike} of another scenario or environment left out`}.`,
  )
  return 0
}

function required({ name }: BaselineWords, action: string): string {
  if (name === undefined)
    throw new ConfigError(`baseline ${action} needs a name, for example: perfgate baseline ${action} main`)
  return name
}

/** The files that were given, or the newest result there is. */
function resultsOf({ files, outputsDir }: BaselineWords): Result[] {
  if (files.length > 0) return files.flatMap(readResults)
  const newest = existsSync(outputsDir)
    ? readdirSync(outputsDir)
        .filter((file) => file.endsWith('.json') && /_benchmark/.test(file))
        .map((file) => join(outputsDir, file))
        .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]
    : undefined
  if (newest === undefined)
    throw new ConfigError(`baseline: no result in ${outputsDir}; run perfgate first, or name the result JSON`)
  return readResults(newest)
}

/** A baseline that says little about the server would let everything pass, or nothing. */
function refuseUnfit(results: readonly Result[]): void {
  for (const { name, interrupted, client, summary, config } of results) {
    if (interrupted) throw new ConfigError(`baseline: result "${name}" was interrupted; run it to its end`)
    if (!client.valid && config['onInvalid'] !== 'warn')
      throw new ConfigError(`baseline: in result "${name}" the client was the bottleneck: ${client.reasons.join('; ')}`)
    if (summary.succeededRequests === 0) throw new ConfigError(`baseline: in result "${name}" no request succeeded`)
  }
}

function figureNamed(key: string): Statistic {
  return parseKey(key, (why) => new ConfigError(`option --figure: ${key}: ${why}`))
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
