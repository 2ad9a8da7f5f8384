import { describe, expect, it } from 'vitest'
import { RunMetrics, workload } from '../../src/metrics/index.ts'
import { BatchWriter, C, FAILURE_CAUSES, ROW } from '../../src/samples/index.ts'

interface Turn {
  conversation: number
  turn: number
  turns: number
  startedAt: number
  firstTokenAt?: number
  endedAt: number
  input?: number
  cached?: number
  failed?: boolean
  warmup?: boolean
}

function measure(turns: Turn[]): RunMetrics {
  const writer = new BatchWriter(0)
  for (const given of turns) {
    const row = new Float64Array(ROW).fill(Number.NaN)
    row[C.index] = given.conversation
    row[C.flags] = given.warmup ? 1 : 0
    row[C.conversation] = given.conversation
    row[C.turn] = given.turn
    row[C.turns] = given.turns
    row[C.scheduledAt] = given.startedAt
    row[C.startedAt] = given.startedAt
    row[C.firstTokenAt] = given.firstTokenAt ?? Number.NaN
    row[C.lastTokenAt] = given.endedAt
    row[C.answerAt] = row[C.firstTokenAt]!
    row[C.hiddenTokens] = 0
    row[C.firstTokens] = 1
    row[C.endedAt] = given.endedAt
    row[C.packages] = 1
    row[C.outputEvents] = 1
    row[C.inputTokens] = given.input ?? Number.NaN
    row[C.outputTokens] = 10
    row[C.cachedTokens] = given.cached ?? Number.NaN
    row[C.cause] = given.failed ? FAILURE_CAUSES.indexOf('reset') : -1
    writer.add(row, new Float64Array(0), 0, ['', '', '', ''])
  }
  const metrics = new RunMetrics(0)
  metrics.add(writer.take())
  return metrics
}

describe('conversations', () => {
  // Conversation 0: two turns, complete. 1: fails in its second turn of three. 2: answered once of two, then cut off.
  const metrics = measure([
    { conversation: 0, turn: 0, turns: 2, startedAt: 0, firstTokenAt: 40, endedAt: 100, input: 10, cached: 0 },
    { conversation: 1, turn: 0, turns: 3, startedAt: 5, firstTokenAt: 65, endedAt: 90, input: 20, cached: 0 },
    { conversation: 2, turn: 0, turns: 2, startedAt: 90, firstTokenAt: 110, endedAt: 300, input: 30, cached: 6 },
    { conversation: 1, turn: 1, turns: 3, startedAt: 120, endedAt: 130, failed: true },
    { conversation: 0, turn: 1, turns: 2, startedAt: 400, firstTokenAt: 412, endedAt: 450, input: 40, cached: 24 },
  ])

  it('are completed, abandoned or cut off', () => {
    expect(metrics.conversations.figures()).toMatchObject({
      total: 3,
      completed: 1,
      abandoned: 1,
      unfinished: 1,
      turnsSucceeded: 4,
      turnsFailed: 1,
      turnsBeforeAbandoned: 1,
      cacheHitShare: 0.3,
    })
    expect(metrics.scalar('completedConversations')).toBe(1)
    expect(metrics.scalar('abandonedConversations')).toBe(1)
  })

  it('have durations from the first start to the last end, and turns, when completed', () => {
    expect(metrics.distribution('conversationDuration')).toMatchObject({ n: 1, mean: 450 })
    expect(metrics.distribution('conversationTurns')).toMatchObject({ n: 1, mean: 2 })
  })

  it('have first and later turns told apart', () => {
    // 40, 60 and 20 ms in first turns; 12 ms in the only later one that succeeded.
    expect(metrics.distribution('firstTurnTtft')).toMatchObject({ n: 3, mean: 40, max: 60 })
    expect(metrics.distribution('laterTurnTtft')).toMatchObject({ n: 1, mean: 12 })
    expect(metrics.distribution('ttft')).toMatchObject({ n: 4, mean: 33 })
    const [first, second] = metrics.conversations.figures()!.perTurn
    expect(first).toMatchObject({ turn: 1, succeeded: 3, failed: 0, inputTokens: 20, cacheHitShare: 0.1 })
    expect(first!.ttftMs).toMatchObject({ n: 3, mean: 40 })
    expect(second).toMatchObject({ turn: 2, succeeded: 1, failed: 1, inputTokens: 40, cacheHitShare: 0.6 })
    expect(second!.latencyMs).toMatchObject({ n: 1, mean: 50 })
  })

  it('of more than 64 turns share a row after the 64th', () => {
    const long = measure(
      Array.from({ length: 70 }, (_, turn) => ({
        conversation: 0,
        turn,
        turns: 70,
        startedAt: turn,
        endedAt: turn + 1,
      })),
    )
    const { perTurn } = long.conversations.figures()!
    expect(perTurn).toHaveLength(65)
    expect(perTurn.at(-1)).toMatchObject({ turn: 65, andLater: true, succeeded: 6, ttftMs: null })
  })

  it('are absent from a run of single requests', () => {
    expect(new RunMetrics(0).conversations.figures()).toBeUndefined()
    expect(new RunMetrics(0).scalar('completedConversations')).toBeUndefined()
  })
})

describe('workload', () => {
  it('is measured overall and in the last 30 seconds', () => {
    // One answer of 10 tokens each second for 100 s, each half a second long.
    const metrics = measure(
      Array.from({ length: 100 }, (_, i) => ({
        conversation: i,
        turn: 0,
        turns: 1,
        startedAt: i * 1000,
        firstTokenAt: i * 1000 + 100,
        endedAt: i * 1000 + 500,
      })),
    )
    const { overall, last30s, steady } = workload(metrics)
    expect(overall).toMatchObject({ seconds: 99.5, requests: 100, outputTokens: 1000 })
    expect(overall.qps).toBeCloseTo(100 / 99.5, 9)
    // Buckets are 160 ms wide by then, and the last end, 99.5 s, lies in number 621. The last 188 of them, no fewer
    // reach back over 30 s, begin at 434 × 0.16 = 69.44 s: 31 answers ended from 69.5 s to 99.5 s.
    expect(last30s).toMatchObject({ requests: 31, outputTokens: 310 })
    expect(last30s!.seconds).toBeCloseTo(99.5 - 69.44, 9)
    expect(last30s!.outputTokensPerSecond).toBeCloseTo(310 / 30.06, 9)
    expect(steady!.requests).toBe(100)
  })

  it('of a short run is the same in both windows', () => {
    const { overall, last30s } = workload(
      measure([{ conversation: 0, turn: 0, turns: 1, startedAt: 20, firstTokenAt: 30, endedAt: 70 }]),
    )
    expect(last30s).toEqual(overall)
  })
})
