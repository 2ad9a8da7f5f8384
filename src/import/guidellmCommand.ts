/** GuideLLM's command lines, of versions before and after 0.7, as the scenario file they stand for. */
import { type GivenFlag, readFlags } from './commandLine.ts'
import { SHOWN } from './guidellmKeys.ts'
import type { Draft, ImportInput } from './importer.ts'

/** Flags of version 0.6 and before, as the keys they became. */
const OLD_FLAGS: Record<string, string> = {
  '--target': 'backend.target',
  '--model': 'backend.model',
  '--backend-type': 'backend.kind',
  '--request-type': 'backend.request_format',
  '--request-format': 'backend.request_format',
  '--profile': 'profile.kind',
  '--rate-type': 'profile.kind',
  '--processor': 'tokenizer.model',
  '--random-seed': 'seed.value',
  '--warmup': 'profile.warmup',
  '--cooldown': 'profile.cooldown',
  '--rampup': 'profile.rampup_duration',
}
const OLD_CONSTRAINTS: Record<string, [kind: string, field: string]> = {
  '--max-requests': ['max_requests', 'count'],
  '--max-seconds': ['max_duration', 'seconds'],
  '--max-errors': ['max_errors', 'count'],
  '--max-error-rate': ['max_error_rate', 'rate'],
}
const OBJECTS: Record<string, string> = {
  '--backend': 'backend',
  '--profile': 'profile',
  '--tokenizer': 'tokenizer',
  '--seed': 'seed',
  '--metrics': 'metrics',
  '--data-loader': 'data_loader',
  '--data-finalizer': 'data_finalizer',
  '--data-column-mapper': 'data_column_mapper',
}
const LISTS: Record<string, string> = {
  '--data': 'data',
  '--constraint': 'constraints',
  '--output': 'outputs',
  '--data-preprocessor': 'data_preprocessors',
}
const FLAG_NOTES: Record<string, string> = {
  '--output-path': SHOWN,
  '--output-dir': SHOWN,
  '--output-formats': SHOWN,
  '--outputs': SHOWN,
  '--config': 'its own keys are not read; import that file instead',
  '--scenario': 'its own keys are not read; import that file instead',
  '-c': 'its own keys are not read; import that file instead',
  '--label': 'put it into the name of the scenario',
  '--disable-console': 'not needed',
  '--disable-console-outputs': 'not needed',
  '--disable-console-interactive': 'not needed',
  '--disable-progress': 'not needed',
  '--data-args': 'the arguments of a dataset are datasetArgs',
  '--data-samples': 'set number',
  '--data-sampler': 'prompts keep the order of their file',
  '--sample-requests': 'see store',
  '--detect-saturation': 'npx perfgate sweep ends where more load brings only waiting',
}

/** @throws ConfigError when there is no flag */
export function commandTree(input: ImportInput, draft: Draft): Record<string, unknown> {
  const spec: Record<string, unknown> = {}
  const flags = readFlags(input, 'guidellm', [
    ['guidellm', 'benchmark', 'run'],
    ['guidellm', 'benchmark'],
    ['guidellm', 'run'],
    ['guidellm'],
  ])
  let rates: unknown
  for (const { flag, values } of flags) {
    const text = values.join(' ')
    const list = LISTS[flag]
    const object = OBJECTS[flag]
    const constraint = OLD_CONSTRAINTS[flag]
    if (flag === '--rate') rates = listOf(text)
    else if (flag === '--backend-kwargs' || flag === '--backend-args') assign(spec, 'backend', parsed(text))
    else if (list !== undefined) spec[list] = [...((spec[list] as unknown[] | undefined) ?? []), dataOf(flag, text)]
    else if (object !== undefined && (/[={]/.test(text) || flag !== '--profile'))
      assign(spec, object, /[={]/.test(text) ? parsed(text) : { kind: text })
    else if (constraint !== undefined) {
      const [kind, field] = constraint
      spec['constraints'] = [...((spec['constraints'] as unknown[] | undefined) ?? []), { kind, [field]: scalar(text) }]
    } else if (OLD_FLAGS[flag] !== undefined) {
      const [group, key] = OLD_FLAGS[flag].split('.') as [string, string]
      assign(spec, group, { [key]: scalar(text) })
    } else draft.notes.push(noteOfFlag(flag, values))
  }
  if (rates !== undefined) setRates(spec, rates)
  return spec
}

function noteOfFlag(flag: GivenFlag['flag'], values: readonly string[]): string {
  const shown = [flag, ...values].join(' ')
  return `${shown}: ${FLAG_NOTES[flag] ?? "not known to this importer; look for it in the tool's documentation"}`
}

/** In old versions `--rate` is what the profile makes of it. */
function setRates(spec: Record<string, unknown>, rates: unknown): void {
  const { kind } = (spec['profile'] ?? {}) as { kind?: string }
  const key =
    kind === 'concurrent'
      ? 'streams'
      : kind === 'throughput'
        ? 'max_concurrency'
        : kind === undefined || kind === 'sweep'
          ? 'sweep_size'
          : 'rate'
  assign(spec, 'profile', { [key]: rates })
}

function assign(spec: Record<string, unknown>, group: string, values: Record<string, unknown>): void {
  spec[group] = { ...(spec[group] as object | undefined), ...values }
}

/** JSON, or `key=value,key=value`. */
function parsed(text: string): Record<string, unknown> {
  if (text.trim().startsWith('{'))
    try {
      return JSON.parse(text) as Record<string, unknown>
    } catch {
      return { unreadable: text }
    }
  return Object.fromEntries(
    text.split(',').map((pair) => [pair.split('=')[0]!.trim(), scalar(pair.slice(pair.indexOf('=') + 1))]),
  )
}

function dataOf(flag: string, text: string): Record<string, unknown> {
  if (flag !== '--data') return parsed(text)
  if (/^\s*\{|=/.test(text)) return { kind: 'synthetic_text', ...parsed(text) }
  return /\.(txt|csv|jsonl?|parquet|arrow)$/.test(text)
    ? { kind: 'file', path: text }
    : { kind: 'huggingface', source: text }
}

function listOf(text: string): unknown {
  const values = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(scalar)
  return values.length === 1 ? values[0] : values
}

function scalar(text: string): unknown {
  const word = text.trim()
  if (word === 'true' || word === 'false') return word === 'true'
  return word !== '' && !Number.isNaN(Number(word)) ? Number(word) : word
}
