/** The columns of a sample that an answer fills. */
import { performance } from 'node:perf_hooks'
import { C, FAILURE_CAUSES, FLAG_WHOLE } from '../samples/index.ts'
import type { Answer } from './answer.ts'

export function writeAnswer(row: Float64Array, answer: Answer): void {
  const failed = answer.failure !== undefined
  row[C.headersAt] = answer.headersAt
  row[C.firstChunkAt] = answer.firstChunkAt
  row[C.lastChunkAt] = answer.lastChunkAt
  row[C.firstTokenAt] = answer.firstTokenAt
  row[C.lastTokenAt] = answer.lastTokenAt
  // A failure may come without any data event: it ends when we learn of it.
  row[C.endedAt] = failed || Number.isNaN(answer.endedAt) ? performance.now() : answer.endedAt
  row[C.answerAt] = answer.timedFrom
  row[C.firstChunkError] = answer.firstChunkError
  row[C.lastChunkError] = answer.lastChunkError
  row[C.firstTokenError] = answer.firstTokenError
  row[C.lastTokenError] = answer.lastTokenError
  row[C.answerError] = answer.timedFromError
  row[C.endError] = failed ? 0 : answer.endError
  row[C.hiddenTokens] = answer.hiddenTokens
  row[C.firstTokens] = answer.firstTokens
  row[C.notes] = answer.notes
  if (answer.isWhole) row[C.flags]! |= FLAG_WHOLE
  row[C.packages] = answer.packages
  row[C.outputEvents] = answer.outputEvents
  row[C.status] = answer.status
  row[C.cause] = failed ? FAILURE_CAUSES.indexOf(answer.failure!) : -1
  const usage = answer.usage
  if (usage !== undefined) {
    row[C.inputTokens] = usage.inputTokens ?? Number.NaN
    row[C.outputTokens] = usage.outputTokens ?? Number.NaN
    row[C.cachedTokens] = usage.cachedTokens ?? Number.NaN
    row[C.reasoningTokens] = usage.reasoningTokens ?? Number.NaN
  }
}
