/** Which dataset a scenario has, and what follows from that for its requests and its result. */
import { ConfigError, type ResolvedConfig, suggestion } from '../config/index.ts'
import * as all from './all.ts'
import type { Dataset } from './dataset.ts'
import { promptUrl as urlFor } from './endpoint.ts'
import { readDatasetArgs } from './options.ts'

export const DATASETS: readonly Dataset[] = Object.values(all)

/** @throws ConfigError when there is no such dataset */
export function findDataset(name: string): Dataset {
  const wanted = name.replaceAll('-', '_')
  const dataset = DATASETS.find((candidate) => candidate.name === wanted)
  if (dataset === undefined) {
    const known = DATASETS.map((candidate) => candidate.name)
    throw new ConfigError(`option "dataset": unknown value "${name}"${suggestion(name, known)}`, 'dataset')
  }
  return dataset
}

/** The options of `extraArgs` that the request bodies get: not those that the dataset takes for itself. */
export function bodyArgs(config: ResolvedConfig): Record<string, unknown> {
  const { extraArgs } = config
  const own = config.prompt === undefined ? (findDataset(config.dataset).extraArgs ?? []) : []
  if (own.length === 0) return extraArgs
  return Object.fromEntries(Object.entries(extraArgs).filter(([name]) => !own.includes(name)))
}

/** True where there are as many prompts as are wanted, none like another: then each level of a sweep has its own. */
export function hasFreshPrompts({ prompt, dataset }: ResolvedConfig): boolean {
  return prompt === undefined && findDataset(dataset).isMadeUp === true
}

/** True where `promptSalt` decides the contents of prompts. @throws ConfigError when there is no such dataset */
export function hasContents({ prompt, dataset }: ResolvedConfig): boolean {
  return prompt === undefined && findDataset(dataset).hasContents === true
}

/**
 * Tokens that all prompts of the scenario may begin with; undefined where prompts are not made up for the run.
 * @throws ConfigError when there is no such dataset, or its arguments are wrong
 */
export function sharedTokens(config: ResolvedConfig): number | undefined {
  const dataset = config.prompt === undefined ? findDataset(config.dataset) : undefined
  return dataset?.sharedTokens?.({ config, args: readDatasetArgs(dataset, config) })
}

/** True where the result is to show the speed for each length of prompt. */
export function showsSpeed({ prompt, dataset }: ResolvedConfig): boolean {
  return prompt === undefined && findDataset(dataset).showsSpeed === true
}

/**
 * Where the prompts of the scenario go: token ids and plain texts to completions, even if the URL says chat.
 * @throws ConfigError when there is no such dataset
 */
export function promptUrl(config: ResolvedConfig, url: string): string {
  return urlFor(config, config.prompt === undefined ? findDataset(config.dataset) : undefined, url)
}
