/** A project whose answers get longer between two commits: the number of tokens is changed before it is run. */
import { perfTest } from 'perfgate/vitest'

perfTest('chat', {
  embedded: {},
  number: 12,
  parallel: 2,
  maxTokens: 4,
  onInvalid: 'warn',
  thresholds: { 'max(outputTokens)': '<= 8', successRate: '>= 100 %' },
})
