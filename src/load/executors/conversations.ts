/** `number` conversations, `parallel` of them at once; each turn is due when the answer before it was read. */
import { ConfigError } from '../../config/errors.ts'
import type { Conversations } from './executor.ts'

export const conversations: Conversations = {
  kind: 'conversations',
  name: 'conversations',
  description: '`number` conversations, `parallel` of them at once, each turn `thinkTime` after the answer before it',
  check(level) {
    if (level.number === Number.POSITIVE_INFINITY && level.durationMs === Number.POSITIVE_INFINITY)
      throw new ConfigError('option "number": executor "conversations" needs a number or a duration', 'number')
  },
  peak: (level) => level.parallel,
  endsMs: (level) => level.durationMs,
}
