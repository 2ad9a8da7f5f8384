/** From results to the one error a perf test fails with: its message is the whole story, its stack is empty. */
import type { TestContext } from 'vitest'
import type { ResolvedConfig } from '../config/index.ts'
import { InvalidRunError, ThresholdError } from '../gates/index.ts'
import type { Result } from '../result/index.ts'
