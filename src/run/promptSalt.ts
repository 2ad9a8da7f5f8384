/** What makes the contents of made-up prompts those of one run: a server that saw another run has none in its cache. */
import { randomBytes } from 'node:crypto'
import { parseStartAt, type ResolvedConfig } from '../config/index.ts'
import { hasContents } from '../datasets/index.ts'

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
