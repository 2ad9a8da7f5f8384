/**
 * Reads OpenMetrics text by the grammar of its specification, version 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec,
 * under "ABNF"), with a parser that apg-js makes of it, and by the rules that the specification has beside the grammar.
 */
import { createRequire } from 'node:module'

export interface Family {
  name: string
  type: string
  unit: string
  help: string
  samples: Sample[]
}

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/**
 * Rules as published, with a name for the text of a unit. Alternatives of which one begins like another stand the longest
 * first: the parser takes the first that fits, where ABNF leaves open which.
 */
const GRAMMAR = `
exposition = metricset HASH SP eof [ LF ]
metricset = *metricfamily
metricfamily = *metric-descriptor *metric
metric-descriptor = HASH SP type SP metricname SP metric-type LF
metric-descriptor =/ HASH SP help SP metricname SP escaped-string LF
metric-descriptor =/ HASH SP unit SP metricname SP metric-unit LF
metric-unit = *metricname-char
metric = *sample
metric-type = counter / gaugehistogram / gauge / histogram / stateset
metric-type =/ info / summary / unknown
sample = metricname [labels] SP number [SP timestamp] [exemplar] LF
exemplar = SP HASH SP labels SP number [SP timestamp]
labels = "{" [label *(COMMA label)] "}"
label = label-name EQ DQUOTE escaped-string DQUOTE
number = realnumber
number =/ [SIGN] ("infinity" / "inf")
number =/ "nan"
timestamp = realnumber
realnumber = [SIGN] 1*DIGIT ["." *DIGIT] [ "e" [SIGN] 1*DIGIT ]
realnumber =/ [SIGN] *DIGIT "." 1*DIGIT [ "e" [SIGN] 1*DIGIT ]
eof = %d69.79.70
type = %d84.89.80.69
help = %d72.69.76.80
unit = %d85.78.73.84
counter = %d99.111.117.110.116.101.114
gauge = %d103.97.117.103.101
histogram = %d104.105.115.116.111.103.114.97.109
gaugehistogram = gauge histogram
stateset = %d115.116.97.116.101.115.101.116
info = %d105.110.102.111
summary = %d115.117.109.109.97.114.121
unknown = %d117.110.107.110.111.119.110
BS = "\\"
EQ = "="
COMMA = ","
HASH = "#"
SIGN = "-" / "+"
metricname = metricname-initial-char 0*metricname-char
metricname-char = metricname-initial-char / DIGIT
metricname-initial-char = ALPHA / "_" / ":"
label-name = label-name-initial-char *label-name-char
label-name-char = label-name-initial-char / DIGIT
label-name-initial-char = ALPHA / "_"
escaped-string = *escaped-char
escaped-char = normal-char
escaped-char =/ BS ("n" / DQUOTE / BS)
escaped-char =/ BS normal-char
normal-char = %x00-09 / %x0B-21 / %x23-5B / %x5D-D7FF / %xE000-10FFFF
ALPHA = %x41-5A / %x61-7A
DIGIT = %x30-39
DQUOTE = %x22
LF = %x0A
SP = %x20
`

/** Suffixes that the names of samples have beside the name of their family. */
const SUFFIXES: Record<string, string[]> = {
  counter: ['_total', '_created'],
  gauge: [''],
  info: ['_info'],
  summary: ['', '_count', '_sum', '_created'],
}

/** @throws Error that says which rule is broken, and where */
export function parseOpenMetrics(text: string): Family[] {
  const families = new Map<string, Family>()
  let last: Family | undefined
  const of = (name: string): Family => {
    const family = families.get(name) ?? { name, type: '', unit: '', help: '', samples: [] }
    if (families.has(name) && family !== last) throw new Error(`${name}: its lines do not stand together`)
    families.set(name, family)
    last = family
    return family
  }
  for (const { rule, parts } of linesOf(text)) {
    if (rule === 'metric-descriptor') {
      const [kind, name, value] = parts as [string, string, string]
      const family = of(name)
      const field = ({ type: 'type', help: 'help', unit: 'unit' } as const)[kind as 'type']
      if (family[field] !== '') throw new Error(`${name}: ${field} is given twice`)
      if (family.samples.length > 0) throw new Error(`${name}: ${field} comes after its samples`)
      family[field] = value
    } else {
      const name = parts[0]!
      const labels = parts.slice(1, -1)
      if (last === undefined) throw new Error(`${name}: has no family before it`)
      last.samples.push({ name, labels: labelsOf(name, labels), value: numberOf(parts.at(-1)!) })
    }
  }
  for (const family of families.values()) check(family)
  return [...families.values()]
}

function check({ name, type, unit, samples }: Family): void {
  const suffixes = SUFFIXES[type]
  if (suffixes === undefined) throw new Error(`${name}: type "${type}" is none of those that we write`)
  if (unit !== '' && !name.endsWith(`_${unit}`)) throw new Error(`${name}: does not end with its unit ${unit}`)
  const seen = new Set<string>()
  for (const sample of samples) {
    if (!suffixes.some((suffix) => sample.name === name + suffix))
      throw new Error(`${sample.name}: no name of a ${type} ${name}`)
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
    if (seen.has(key)) throw new Error(`${sample.name}: twice with the same labels`)
    seen.add(key)
    const { quantile } = sample.labels
    if (type === 'info' && sample.value !== 1) throw new Error(`${sample.name}: an info is 1`)
    if (type === 'summary' && (sample.name === name) !== (quantile !== undefined))
      throw new Error(`${sample.name}: a quantile has its rank as a label, and nothing else has`)
    if (quantile !== undefined && !(Number(quantile) >= 0 && Number(quantile) <= 1))
      throw new Error(`${sample.name}: quantile ${quantile}`)
    if ((type === 'counter' || sample.name.endsWith('_count')) && !(sample.value >= 0))
      throw new Error(`${sample.name}: counts ${sample.value}`)
  }
}

function labelsOf(name: string, words: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let i = 0; i < words.length; i += 2) {
    if (words[i]! in labels) throw new Error(`${name}: label ${words[i]} twice`)
    labels[words[i]!] = words[i + 1]!.replace(/\\(.)/gs, (_, sign: string) => (sign === 'n' ? '\n' : sign))
  }
  return labels
}

function numberOf(text: string): number {
  const word = text.toLowerCase().replace(/^([+-]?)inf(inity)?$/, '$1Infinity')
  return Number(word)
}

interface Line {
  rule: 'metric-descriptor' | 'sample'
  /** Kind, name and text; or name, labels with their values in turn, and number. */
  parts: string[]
}

interface Apg {
  apgApi: new (grammar: string) => { errors: unknown[]; generate(): void; toObject(): unknown; errorsToAscii(): string }
  apgLib: {
    parser: new () => {
      ast: Ast
      parse(grammar: unknown, start: string, characters: number[]): { success: boolean; maxMatched: number }
    }
    ast: new () => Ast
    ids: { SEM_PRE: number; SEM_OK: number }
  }
}

type Visit = (state: number, characters: number[], at: number, length: number) => number

interface Ast {
  callbacks: Record<string, Visit>
  translate(data: unknown): void
}

/** It has no types and is CommonJS. */
const require = createRequire(import.meta.url)
let grammar: unknown

function linesOf(text: string): Line[] {
  const { apgApi, apgLib } = require('apg-js') as Apg
  grammar ??= generated(apgApi)
  const lines: Line[] = []
  const parser = new apgLib.parser()
  parser.ast = new apgLib.ast()
  const visit = (see: (matched: string) => void): Visit => {
    return (state, characters, at, length) => {
      if (state === apgLib.ids.SEM_PRE) see(String.fromCodePoint(...characters.slice(at, at + length)))
      return apgLib.ids.SEM_OK
    }
  }
  const begin = (rule: Line['rule']): Visit => visit(() => lines.push({ rule, parts: [] }))
  const part = visit((matched) => lines.at(-1)!.parts.push(matched))
  const kind = visit((matched) => lines.at(-1)!.parts.push(matched.toLowerCase()))
  Object.assign(parser.ast.callbacks, {
    'metric-descriptor': begin('metric-descriptor'),
    sample: begin('sample'),
    type: kind,
    help: kind,
    unit: kind,
    metricname: part,
    'metric-type': part,
    'metric-unit': part,
    'escaped-string': part,
    'label-name': part,
    number: part,
  })
  const characters = Array.from(text, (character) => character.codePointAt(0)!)
  const { success, maxMatched } = parser.parse(grammar, 'exposition', characters)
  if (!success) {
    const before = String.fromCodePoint(...characters.slice(0, maxMatched)).split('\n')
    throw new Error(`line ${before.length}: not by the grammar after "${before.at(-1)}"`)
  }
  parser.ast.translate(undefined)
  return lines
}

function generated(Api: Apg['apgApi']): unknown {
  const api = new Api(GRAMMAR.trimStart())
  api.generate()
  if (api.errors.length > 0) throw new Error(api.errorsToAscii())
  return api.toObject()
}
