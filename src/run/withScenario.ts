/** What every run of a scenario is done within: its secrets hidden, its limits watched, its progress told. */
import { type Config, givenOptions, type ResolvedConfig, resolveConfig } from '../config/index.ts'
import type { RunHooks } from './hooks.ts'
import { withinLimits } from './limits.ts'
import { withProgressFile } from './progressFile.ts'
import { withPromptSalt } from './promptSalt.ts'
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
