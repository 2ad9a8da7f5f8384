/** What every run of a scenario is done within: its secrets hidden, its limits watched, its progress told. */

import { randomBytes } from 'node:crypto'
import { type Config, givenOptions, parseStartAt, type ResolvedConfig, resolveConfig } from '../config/index.ts'
import { hasContents } from '../datasets/index.ts'
import type { RunHooks } from './hooks.ts'
import { withinLimits } from './limits.ts'
import { withProgressFile } from './progressFile.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import { keepingSecrets, sayOptions } from './redact.ts'

/**
 * Reads a scenario as the user wrote it, and does the work of its run.
 *
 * @param check throws what is wrong with the scenario, before anything is asked of an endpoint
 * @throws ConfigError when an option is wrong; what `check` and `work` throw; never with a secret in it
 */
export async function withScenario<T>(
  input: Config | Record<string, unknown>,
  hooks: RunHooks,
  check: (config: ResolvedConfig) => void,
  work: (scenario: Protocol, hooks: RunHooks) => Promise<T>,
): Promise<T> {
  return keepingSecrets(input, hooks, async (kept) => {
    const resolved = resolveConfig(input)
    check(resolved)
    const protocol = await protocolOf(resolved, givenOptions(input), kept)
    const config = withPromptSalt(protocol.config, kept.onNotice)
    sayOptions(config, kept)
    return withinLimits(config, kept, (limited) =>
      withProgressFile(config, limited, (watched) => work({ ...protocol, config }, watched)),
    )
  })
}

/** Of parts that share no moment: the same in each of them, and in each run of theirs. */
const PARTS_SALT = 'parts'

/**
 * The scenario with the salt of this run, where prompts are made up and it says none.
 *
 * The parts of a load (`loadShard`) are processes that cannot ask each other, and must make up the same prompts: their
 * salt is the time of day of `startAt`. Without one it is the same in every run, which `notice` is told.
 *
 * @throws ConfigError when there is no such dataset
 */
export function withPromptSalt(config: ResolvedConfig, notice: (text: string) => void = () => {}): ResolvedConfig {
  if (config.promptSalt !== undefined || !hasContents(config)) return config
  const { loadShard, startAt } = config
  if (loadShard === undefined) return { ...config, promptSalt: randomBytes(6).toString('hex') }
  if (startAt !== undefined && !startAt.startsWith('+'))
    return { ...config, promptSalt: new Date(parseStartAt(startAt, 0)).toISOString() }
  notice(
    'the parts of this load share no time of day, so that its made-up prompts are those of every such run and a server may have them in its cache; give all parts one --prompt-salt, another in each run',
  )
  return { ...config, promptSalt: PARTS_SALT }
}
