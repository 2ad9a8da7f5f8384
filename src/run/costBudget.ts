/** Keeps a run within `maxCost`: no request starts that could pass it, whatever those in flight cost at most. */
import { clearInterval, setInterval } from 'node:timers'
import { outputLimit } from '../apis/index.ts'
import { ConfigError, type Price, type ResolvedConfig } from '../config/index.ts'
import { formatNumber } from '../gates/index.ts'
import type { LoadPool, SharedBodies } from '../load/index.ts'
import { C, ROW, type SampleBatch } from '../samples/index.ts'
import { priceOf } from './prices.ts'

/** No token is shorter than a byte; of a picture, sound or video, whose bytes are no text, a token stands for many. */
const BYTES_OF_MEDIA = /;base64,[A-Za-z0-9+/=]{1000,}/g
/** Taken for one of them: more than most models count. */
const TOKENS_OF_MEDIA = 4000

export interface BudgetFacts {
  config: ResolvedConfig
  bodies: SharedBodies
  /** Bytes of the plans of conversations, and the most turns of one; absent: single requests. */
  conversations?: { plans: SharedBodies; turns: number } | undefined
}

/** Finished requests are reported every 50 ms: where none is in so many looks on end, what is refused stays refused. */
const LOOKS = 3
const LOOK_MS = 60

export class CostBudget {
  readonly #price: Price
  readonly #maxCost: number
  /** What one request may cost. */
  #most: number
  #spent = 0
  #finished = 0
  #pool: LoadPool | undefined
  #isReached = false

  /** @throws ConfigError when not one request is sure to cost less than `maxCost` */
  constructor(price: Price, maxCost: number, most: number) {
    this.#price = price
    this.#maxCost = maxCost
    this.#most = most
    if (most > maxCost)
      throw new ConfigError(
        `option "maxCost": ${maxCost} ${price.currency} is less than one request may cost, ${this.#text(most)}; raise it, or ask for fewer tokens (maxTokens)`,
        'maxCost',
      )
  }

  /** Why the run ended before its time, in a sentence; undefined: it did not. */
  get reached(): string | undefined {
    if (!this.#isReached) return undefined
    return `one more request could have passed maxCost, ${this.#text(this.#maxCost)}, after ${this.#text(this.#spent)}`
  }

  /** Does the work of one phase, and ends it when no further request may start. */
  async during<T>(pool: LoadPool, phase: () => Promise<T>): Promise<T> {
    this.#pool = pool
    this.#finished = 0
    this.#allow()
    let refusals = 0
    let finished = 0
    const look = (): void => {
      refusals = pool.takeRefusal() && this.#finished === finished ? refusals + 1 : 0
      finished = this.#finished
      if (refusals < LOOKS || this.#isReached) return
      this.#isReached = true
      pool.end()
    }
    const timer = setInterval(look, LOOK_MS)
    try {
      return await phase()
    } finally {
      clearInterval(timer)
    }
  }

  /** Counts what has finished, and says how many more may start. */
  add({ count, numbers }: SampleBatch): void {
    for (let row = 0; row < count; row++) {
      const cost = numbers[row * ROW + C.cost]!
      if (Number.isNaN(cost)) continue
      this.#spent += cost
      // A server counts more tokens than were foreseen where it adds some of its own.
      if (cost > this.#most) this.#most = cost
    }
    this.#finished += count
    this.#allow()
  }

  #allow(): void {
    const more = this.#isReached ? 0 : Math.floor((this.#maxCost - this.#spent) / this.#most)
    this.#pool?.allowStarts(this.#finished + Math.max(0, more))
  }

  #text(amount: number): string {
    return `${formatNumber(amount, 'money', '')} ${this.#price.currency}`
  }
}

/**
 * @returns undefined without `maxCost`
 * @throws ConfigError when it has no prices, or one request may cost more
 */
export function costBudget({ config, bodies, conversations }: BudgetFacts): CostBudget | undefined {
  const { maxCost } = config
  const price = priceOf(config)
  if (maxCost === undefined || price === undefined) return undefined
  const limit = [outputLimit(config)].flat().at(-1) ?? 0
  const outputTokens = limit * (config.nChoices ?? 1)
  // The history of a conversation holds the answers before.
  const inputTokens =
    conversations === undefined
      ? mostTokens(bodies)
      : mostTokens(bodies) + mostTokens(conversations.plans) + (conversations.turns - 1) * limit
  const dearest = (...prices: (number | undefined)[]): number => Math.max(...prices.map((one) => one ?? 0))
  const most =
    (inputTokens * dearest(price.input, price.cachedInput) + outputTokens * dearest(price.output, price.reasoning)) /
    1e6
  return new CostBudget(price, maxCost, most)
}

/** More tokens than any of the bodies has. */
function mostTokens({ bytes, ends }: SharedBodies): number {
  const all = Buffer.from(bytes)
  let most = 0
  let from = 0
  for (const end of new Uint32Array(ends)) {
    if (end - from > most) {
      let media = 0
      const text = all.toString('latin1', from, end).replace(BYTES_OF_MEDIA, () => {
        media++
        return ''
      })
      most = Math.max(most, text.length + media * TOKENS_OF_MEDIA)
    }
    from = end
  }
  return most
}
