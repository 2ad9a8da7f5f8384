/** Options that an API has no word for: they are refused rather than dropped, as the run would measure something else. */
import { ConfigError } from '../config/errors.ts'
import type { ResolvedConfig } from '../config/index.ts'

/** Options that are absent by default, so that their presence means they were asked for. */
export type AskedOption =
  | 'maxCompletionTokens'
  | 'minTokens'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'stop'
  | 'stopTokenIds'
  | 'nChoices'
  | 'frequencyPenalty'
  | 'repetitionPenalty'
  | 'logprobs'

export const GENERATION: readonly AskedOption[] = [
  'maxCompletionTokens',
  'minTokens',
  'topP',
  'topK',
  'seed',
  'stop',
  'stopTokenIds',
  'nChoices',
  'frequencyPenalty',
  'repetitionPenalty',
  'logprobs',
]

/** @throws ConfigError naming the first of `options` that the scenario asks for */
export function refuseOptions(config: ResolvedConfig, api: string, options: readonly AskedOption[]): void {
  const option = options.find((name) => config[name] !== undefined)
  if (option === undefined) return
  throw new ConfigError(
    `option "${option}": the API ${api} has no such parameter; leave it out, or give it in extraArgs by the name your server takes`,
    option,
  )
}
