/** Prometheus' text format: samples by the name they are written with. */

export interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}

/** Samples by the name they are written with: a histogram's are `x_bucket`, `x_sum` and `x_count`. */
export type Samples = ReadonlyMap<string, readonly Sample[]>

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*(,?)/y
const REST = /\s+(\S+)(?:\s+(-?\d+))?\s*$/y

/**
 * @throws Error naming the line that is not of the format
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parsePrometheus(text: string): Samples {
  const samples = new Map<string, Sample[]>()
  for (const [i, line] of text.split('\n').entries()) {
    const written = line.trim()
    // `# HELP`, `# TYPE` and comments: a metric is known by its name.
    if (written === '' || written.startsWith('#')) continue
    const { name, ...sample } = readSample(written, i + 1)
    const others = samples.get(name)
    if (others === undefined) samples.set(name, [sample])
    else others.push(sample)
  }
  return samples
}

function readSample(line: string, number: number): Sample & { name: string } {
  const name = matchAt(NAME, line, 0)?.[0]
  if (name === undefined) throw wrong(number, `no metric's name: ${shown(line)}`)
  let at = name.length
  const labels: Record<string, string> = {}
  if (line[at] === '{') {
    at++
    for (;;) {
      const label = matchAt(LABEL, line, at)
      if (label === undefined) break
      labels[label[1]!] = unescaped(label[2]!)
      at += label[0].length
      if (label[3] === '') break
    }
    const close = matchAt(/\s*\}/y, line, at)
    if (close === undefined) throw wrong(number, `labels of "${name}" are not of the form {name="value",…}`)
    at += close[0].length
  }
  const rest = matchAt(REST, line, at)
  if (rest === undefined) throw wrong(number, `"${name}" has no value: ${shown(line)}`)
  const value = readNumber(rest[1]!)
  if (value === undefined) throw wrong(number, `value of "${name}" is not a number: ${shown(rest[1]!)}`)
  return { name, labels, value }
}

/** Go's spelling of numbers. */
function readNumber(word: string): number | undefined {
  if (/^[+-]?inf$/i.test(word)) return word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^nan$/i.test(word)) return Number.NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : undefined
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}

function wrong(line: number, why: string): Error {
  return new Error(`line ${line}: ${why}`)
}
