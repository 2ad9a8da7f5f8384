/** `evalscope perf …`: its flags are options here by the same names. */
import { camelCase, OPTION_NAMES, type OptionName, optionMeta, options } from '../config/index.ts'
import { jsonOf, numberOf, readFlags } from './commandLine.ts'
import {
  addHeader,
  type Draft,
  type Importer,
  KEY_NOTE,
  KEY_VARIABLE,
  type KeyRule,
  newDraft,
  noteOn,
} from './importer.ts'

/** By the documentation: names alone, as docs/evalscope.md has what each does. */
const FLAGS =
  'model url name api api-key debug port total-timeout connect-timeout read-timeout headers no-test-connection parallel number rate open-loop warmup-num duration sleep-interval log-every-n-query stream sla-auto-tune sla-variable sla-params sla-upper-bound sla-lower-bound sla-fixed-parallel sla-num-runs sla-number-multiplier dataset dataset-path data-source dataset-args dataset-offset prompt query-template apply-chat-template max-prompt-length min-prompt-length prefix-length tokenizer-path tokenize-prompt image-width image-height image-format image-num num-workers max-tokens min-tokens temperature top-p top-k seed stop stop-token-ids n-choices frequency-penalty repetition-penalty logprobs extra-args multi-turn min-turns max-turns outputs-dir no-timestamp visualizer enable-progress-tracker db-commit-interval'.split(
    ' ',
  )

const EXAMPLES: Partial<Record<OptionName, unknown>> = {
  imageFormat: 'RGB',
  dataSource: 'local',
  visualizer: 'wandb',
  slaVariable: 'rate',
  slaParams: '[{"p99_latency":"<=2"}]',
  workers: '2',
}

const RULES: readonly KeyRule[] = [
  ...FLAGS.map((flag): KeyRule => {
    const name = camelCase(flag) as OptionName
    return {
      key: `--${flag}`,
      to: name,
      ...(flag === 'api-key' ? { about: KEY_NOTE } : {}),
      example: EXAMPLES[name] ?? exampleOf(name),
    }
  }),
  { key: '--wandb-api-key', about: 'the tracker takes its key from its own environment; see visualizer', example: 'k' },
  {
    key: '--swanlab-api-key',
    about: 'the tracker takes its key from its own environment; see visualizer',
    example: 'k',
  },
]

export const evalscope: Importer = {
  name: 'evalscope',
  aliases: ['evalscope-perf'],
  title: '`evalscope perf`',
  sources: ['https://evalscope.readthedocs.io/en/latest/user_guides/stress_test/parameters.html'],
  takes: 'command',
  keys: RULES,
  read(input) {
    const draft = newDraft()
    for (const { flag, values } of readFlags(input, 'evalscope', [['perf']])) {
      const written = flag === '-n' ? '--number' : flag
      const name = camelCase(written.replace(/^--?/, ''))
      if ((OPTION_NAMES as string[]).includes(name)) readFlag(name as OptionName, values, draft, flag)
      else
        draft.notes.push(
          noteOn(RULES, `--${written.replace(/^--?/, '').replaceAll('_', '-')}`, values.join(' ') || undefined),
        )
    }
    return [draft]
  },
}

function readFlag(name: OptionName, values: string[], draft: Draft, flag: string): void {
  if (name === 'apiKey') {
    draft.config['apiKey'] = KEY_VARIABLE
    draft.notes.push(`${flag}: ${KEY_NOTE}`)
    return
  }
  if (name === 'headers') {
    for (const word of values) addHeader(draft, word.split('=')[0]!, word.slice(word.indexOf('=') + 1))
    return
  }
  if (name === 'name') {
    draft.name = values[0]
    return
  }
  if (optionMeta(name).kind === 'json' && values[0]?.startsWith('@'))
    draft.notes.push(`${flag} ${values[0]}: put the content of that file under ${name}`)
  else draft.config[name] = readValue(name, values, flag)
}

function readValue(name: OptionName, values: string[], flag: string): unknown {
  const { kind } = optionMeta(name)
  const last = values.at(-1)
  if (kind === 'switch') return !/^(false|no|off|0)$/i.test(last ?? '')
  if (kind === 'number') return numberOf(last, flag)
  if (kind === 'json') return jsonOf(last, flag)
  if (kind === 'numbers')
    return oneOrMany(
      name,
      values.flatMap((word) => word.split(/[\s,]+/)).map((word) => numberOf(word, flag)),
    )
  if (kind === 'strings') return oneOrMany(name, values)
  return last
}

function oneOrMany(name: OptionName, values: unknown[]): unknown {
  return values.length === 1 && options.shape[name].safeParse(values[0]).success ? values[0] : values
}

function exampleOf(name: OptionName): unknown {
  const { kind } = optionMeta(name)
  if (kind === 'switch') return true
  if (kind === 'json') return '{"a":1}'
  if (kind === 'pairs') return 'a=b'
  return kind === 'number' || kind === 'numbers' ? '1' : 'x'
}
