/** What became of each conversation, and how its turns differ: the first one pays for the prompt, later ones may not. */
import type { ConversationFigures } from '../result/index.ts'
import { C, ROW, type SampleBatch } from '../samples/index.ts'
import { Distribution, describe } from './distribution.ts'

/** Turns shown one by one; those after them share a row. */
const SHOWN_TURNS = 64

interface Going {
  firstAt: number
  succeeded: number
  cost: number
}

interface TurnFigures {
  ttft: Distribution
  latency: Distribution
  inputTokens: Distribution
  failed: number
  cached: number
  cachedOf: number
}

export interface ConversationEnd {
  /** From the first turn's start to the last answer's end, milliseconds. */
  durationMs: number
  turns: number
  /** NaN without prices. */
  cost: number
}

export class ConversationMetrics {
  completed = 0
  abandoned = 0
  readonly #going = new Map<number, Going>()
  readonly #turns: TurnFigures[] = []
  #turnsOfAbandoned = 0

  /** Conversations that were begun. */
  get total(): number {
    return this.completed + this.abandoned + this.#going.size
  }

  /**
   * Adds one turn; those of a conversation come in their order.
   * @param ttftMs NaN where there was no output
   * @returns how the conversation ended, when this turn completed it
   */
  add(batch: SampleBatch, row: number, ttftMs: number, failed: boolean): ConversationEnd | undefined {
    const at = row * ROW
    const numbers = batch.numbers
    const id = numbers[at + C.conversation]!
    const turn = numbers[at + C.turn]!
    this.#addTurn(numbers, at, turn, ttftMs, failed)
    let going = this.#going.get(id)
    if (turn === 0) {
      going = { firstAt: numbers[at + C.startedAt]!, succeeded: 0, cost: 0 }
      this.#going.set(id, going)
    }
    if (going === undefined) return undefined
    if (failed) {
      this.#going.delete(id)
      this.abandoned++
      this.#turnsOfAbandoned += going.succeeded
      return undefined
    }
    going.succeeded++
    going.cost += numbers[at + C.cost]!
    if (turn + 1 < numbers[at + C.turns]!) return undefined
    this.#going.delete(id)
    this.completed++
    return { durationMs: numbers[at + C.endedAt]! - going.firstAt, turns: going.succeeded, cost: going.cost }
  }

  /** Undefined where there was no conversation. */
  figures(): ConversationFigures | undefined {
    if (this.total === 0) return undefined
    const share = (cached: number, of: number): number | null => (of > 0 ? cached / of : null)
    const sum = (pick: (figures: TurnFigures) => number): number => this.#turns.reduce((all, t) => all + pick(t), 0)
    return {
      total: this.total,
      completed: this.completed,
      abandoned: this.abandoned,
      unfinished: this.#going.size,
      turnsSucceeded: sum(({ latency }) => latency.n),
      turnsFailed: sum(({ failed }) => failed),
      turnsBeforeAbandoned: this.#turnsOfAbandoned,
      cacheHitShare: share(
        sum(({ cached }) => cached),
        sum(({ cachedOf }) => cachedOf),
      ),
      perTurn: this.#turns.map((figures, i) => ({
        turn: i + 1,
        andLater: i === SHOWN_TURNS,
        succeeded: figures.latency.n,
        failed: figures.failed,
        ttftMs: figures.ttft.n > 0 ? describe(figures.ttft) : null,
        latencyMs: figures.latency.n > 0 ? describe(figures.latency) : null,
        inputTokens: figures.inputTokens.n > 0 ? figures.inputTokens.mean : null,
        cacheHitShare: share(figures.cached, figures.cachedOf),
      })),
    }
  }

  #addTurn(numbers: Float64Array, at: number, turn: number, ttftMs: number, failed: boolean): void {
    const place = Math.min(turn, SHOWN_TURNS)
    while (this.#turns.length <= place) this.#turns.push(newTurn())
    const figures = this.#turns[place]!
    if (failed) {
      figures.failed++
      return
    }
    figures.latency.add(numbers[at + C.endedAt]! - numbers[at + C.startedAt]!)
    if (!Number.isNaN(ttftMs)) figures.ttft.add(ttftMs)
    const inputTokens = numbers[at + C.inputTokens]!
    if (!Number.isNaN(inputTokens)) figures.inputTokens.add(inputTokens)
    const cached = numbers[at + C.cachedTokens]!
    if (!Number.isNaN(cached)) {
      figures.cached += cached
      figures.cachedOf += inputTokens
    }
  }
}

function newTurn(): TurnFigures {
  return {
    ttft: new Distribution(),
    latency: new Distribution(),
    inputTokens: new Distribution(1),
    failed: 0,
    cached: 0,
    cachedOf: 0,
  }
}
