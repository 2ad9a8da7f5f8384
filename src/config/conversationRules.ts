/** Which options go with conversations. */
import { ConfigError } from './errors.ts'
import { EXECUTOR_NAMES, EXECUTORS, type ExecutorName } from './executors.ts'
import type { OptionName, ResolvedConfig } from './schema.ts'

const holdsConversations = (executor: ExecutorName): boolean => EXECUTORS[executor].kind === 'conversations'

/**
 * A conversation's turns follow one another, so no schedule can say when they arrive.
 * @throws ConfigError naming the option that does not go with multiTurn
 */
export function checkConversations(config: ResolvedConfig): void {
  const { multiTurn, minTurns, maxTurns, executor } = config
  if (maxTurns !== undefined && maxTurns < minTurns)
    throw new ConfigError(`option "maxTurns": ${maxTurns} is below minTurns, ${minTurns}`, 'maxTurns')
  if (!multiTurn) {
    if (executor !== undefined && holdsConversations(executor))
      throw new ConfigError(`option "executor": "${executor}" holds conversations; add multiTurn`, 'executor')
    return
  }
  if (executor !== undefined && !holdsConversations(executor))
    throw new ConfigError(
      `option "executor": "${executor}" sends single requests; with multiTurn the executor is "${EXECUTOR_NAMES.find(holdsConversations)}"`,
      'executor',
    )
  const scheduled: OptionName | undefined = config.openLoop
    ? 'openLoop'
    : config.stages !== undefined
      ? 'stages'
      : config.timestamps !== undefined
        ? 'timestamps'
        : [config.rate].flat().some((rate) => rate > 0)
          ? 'rate'
          : undefined
  if (scheduled !== undefined)
    throw new ConfigError(
      `option "${scheduled}": does not go with multiTurn, where a turn is due when the answer before it was read; set parallel, and thinkTime to slow it down`,
      scheduled,
    )
  if ((config.nChoices ?? 1) > 1)
    throw new ConfigError(
      `option "nChoices": a conversation goes on from one answer, got ${config.nChoices} a turn; leave it out`,
      'nChoices',
    )
}
