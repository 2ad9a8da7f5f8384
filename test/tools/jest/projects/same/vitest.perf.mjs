import { perfTest } from 'perfgate/vitest'
import { describe } from 'vitest'
import { scenario } from './scenario.cjs'

describe('chat', () => perfTest('answers', scenario))
