/** Turns the samples of one measured phase into distributions and rates, batch by batch, exactly as docs/metrics.md says. */
import {
  C,
  causeOf,
  type FailureCause,
  FLAG_INPUT_ESTIMATED,
  FLAG_OUTPUT_ESTIMATED,
  gapsOf,
  NoteCounter,
  ROW,
  readNotes,
  readTpot,
  type SampleBatch,
  spanTokens,
  textOf,
} from '../samples/index.ts'
import { ConversationMetrics } from './conversationMetrics.ts'
import { Distribution } from './distribution.ts'
import { COUNT_METRICS, DISTRIBUTION_NAMES, type DistributionName, type ScalarName } from './names.ts'
import { type SteadyWindow, TimelineRecorder } from './timelineRecorder.ts'
import type { Coverage, DistributionView, MetricsView } from './view.ts'

/** A condition one request must meet to count as goodput. */
export interface Objective {
  metric: DistributionName
  holds(value: number): boolean
}

export interface Failure {
  cause: FailureCause
  status: number | null
  message: string
  count: number
}

/** Place of each metric in the arrays below. */
const AT = Object.fromEntries(DISTRIBUTION_NAMES.map((name, i) => [name, i])) as Record<DistributionName, number>

/** Distinct failures described in full; more are only counted. */
const MAX_FAILURES = 50
/** Metrics that are not of each answer. */
const NOT_OF_ANSWERS: readonly DistributionName[] = [
  'dispatchDelay',
  'connect',
  'conversationDuration',
  'conversationTurns',
  'items',
  'cachedTokens',
  'reasoningTokens',
]

export class RunMetrics implements MetricsView {
  succeeded = 0
  failed = 0
  good = 0
  estimatedTokens = 0
  reportedTokens = 0
  firstStartedAt = Number.POSITIVE_INFINITY
  lastEndedAt = Number.NEGATIVE_INFINITY
  /** First and last moments at which requests were due and started: how far an open loop fell behind. */
  lastScheduledAt = Number.NEGATIVE_INFINITY
  firstScheduledAt = Number.POSITIVE_INFINITY
  lastStartedAt = Number.NEGATIVE_INFINITY
  readonly failures: Failure[] = []
  readonly timeline: TimelineRecorder
  readonly conversations = new ConversationMetrics()
  readonly #objectives: readonly Objective[]
  /** In the order of DISTRIBUTION_NAMES. */
  readonly #distributions: readonly Distribution[] = DISTRIBUTION_NAMES.map(
    (name) => new Distribution((COUNT_METRICS as readonly string[]).includes(name) ? 1 : 1000),
  )
  readonly #errors = new Map<FailureCause, number>()
  #inputTokens = 0
  #outputTokens = 0
  #items = 0
  #cachedTokens = 0
  #cachedOf = 0
  /** The figures of the request at hand, in the order of DISTRIBUTION_NAMES; NaN where there is none. */
  readonly #one = new Float64Array(DISTRIBUTION_NAMES.length)
  /** In the same order: 1 where the request at hand could have the metric, measured or not. */
  readonly #could = new Uint8Array(DISTRIBUTION_NAMES.length)
  readonly #measured = new Float64Array(DISTRIBUTION_NAMES.length)
  readonly #possible = new Float64Array(DISTRIBUTION_NAMES.length)
  readonly #notes = new NoteCounter()

  constructor(startedAt: number, objectives: readonly Objective[] = []) {
    this.timeline = new TimelineRecorder(startedAt)
    this.#objectives = objectives
  }

  add(batch: SampleBatch): void {
    for (let row = 0; row < batch.count; row++) this.addRow(batch, row)
  }

  /** Adds times that no request carries, such as those of connections opened ahead. */
  addTimes(metric: DistributionName, valuesMs: readonly number[]): void {
    for (const value of valuesMs) this.#distributions[AT[metric]]!.add(value)
  }

  distribution(name: DistributionName): DistributionView | undefined {
    const distribution = this.#distributions[AT[name]]!
    return distribution.n > 0 ? distribution : undefined
  }

  coverage(name: DistributionName): Coverage | undefined {
    const of = this.#possible[AT[name]]!
    return of === 0 ? undefined : { measured: this.#measured[AT[name]]!, of }
  }

  /** What is remarkable of the succeeded answers, a sentence each. */
  get answerNotes(): string[] {
    return this.#notes.sentences(this.succeeded)
  }

  errors(cause: FailureCause): number {
    return this.#errors.get(cause) ?? 0
  }

  /** Input tokens of the succeeded requests whose cached tokens the server reported, and these. */
  get inputTokensOfCached(): number {
    return this.#cachedOf
  }

  get cachedTokens(): number {
    return this.#cachedTokens
  }

  get total(): number {
    return this.succeeded + this.failed
  }

  /** Last end minus first start, seconds; 0 when nothing was sent. */
  get seconds(): number {
    return this.total === 0 ? 0 : (this.lastEndedAt - this.firstStartedAt) / 1000
  }

  scalar(name: ScalarName): number | undefined {
    switch (name) {
      case 'qps':
        return this.#perSecond(this.succeeded)
      case 'goodput':
        return this.#objectives.length === 0 ? undefined : this.#perSecond(this.good)
      case 'goodShare':
        return this.#objectives.length === 0 || this.total === 0 ? undefined : this.good / this.total
      case 'outputTokensPerSecond':
        return this.#perSecond(this.#outputTokens)
      case 'totalTokensPerSecond':
        return this.#perSecond(this.#outputTokens + this.#inputTokens)
      case 'inputTokensPerSecond':
        return this.#perSecond(this.#inputTokens)
      case 'itemsPerSecond':
        return this.distribution('items') === undefined ? undefined : this.#perSecond(this.#items)
      case 'steadyQps':
        return this.#steady(({ completed }) => completed)
      case 'steadyOutputTokensPerSecond':
        return this.#steady(({ outputTokens }) => outputTokens)
      case 'successRate':
        return this.total === 0 ? undefined : this.succeeded / this.total
      case 'errorRate':
        return this.total === 0 ? undefined : this.failed / this.total
      case 'cacheHitShare':
        return this.#cachedOf === 0 ? undefined : this.#cachedTokens / this.#cachedOf
      case 'totalRequests':
        return this.total
      case 'succeededRequests':
        return this.succeeded
      case 'failedRequests':
        return this.failed
      case 'timeTaken':
        return this.seconds
      case 'completedConversations':
        return this.conversations.total === 0 ? undefined : this.conversations.completed
      case 'abandonedConversations':
        return this.conversations.total === 0 ? undefined : this.conversations.abandoned
    }
  }

  #perSecond(amount: number): number | undefined {
    return this.seconds > 0 ? amount / this.seconds : undefined
  }

  #steady(amount: (window: SteadyWindow) => number): number | undefined {
    const window = this.timeline.steady()
    return window && amount(window) / window.seconds
  }

  addRow(batch: SampleBatch, row: number): void {
    const at = row * ROW
    const numbers = batch.numbers
    const startedAt = numbers[at + C.startedAt]!
    const endedAt = numbers[at + C.endedAt]!
    const scheduledAt = numbers[at + C.scheduledAt]!
    if (startedAt < this.firstStartedAt) this.firstStartedAt = startedAt
    if (startedAt > this.lastStartedAt) this.lastStartedAt = startedAt
    if (scheduledAt < this.firstScheduledAt) this.firstScheduledAt = scheduledAt
    if (scheduledAt > this.lastScheduledAt) this.lastScheduledAt = scheduledAt
    if (endedAt > this.lastEndedAt) this.lastEndedAt = endedAt
    this.#distributions[AT.dispatchDelay]!.add(startedAt - scheduledAt)
    const connectedAt = numbers[at + C.connectedAt]!
    if (!Number.isNaN(connectedAt))
      this.#distributions[AT.connect]!.add(connectedAt - numbers[at + C.connectStartedAt]!)
    const cause = causeOf(batch, row)
    const outputTokens = numbers[at + C.outputTokens]!
    this.timeline.add(
      startedAt,
      endedAt,
      cause !== undefined,
      cause === undefined && outputTokens > 0 ? outputTokens : 0,
    )
    this.#addTurn(batch, row, cause !== undefined)
    if (cause !== undefined) {
      this.failed++
      this.#addFailure(batch, row, cause)
      return
    }
    this.succeeded++
    const one = this.#one
    one.fill(Number.NaN)
    this.#measure(batch, at, endedAt - startedAt, endedAt - scheduledAt)
    for (let i = 0; i < one.length; i++) if (!Number.isNaN(one[i]!)) this.#distributions[i]!.add(one[i]!)
    const gaps = gapsOf(batch, row)
    if (gaps.length > 0) one[AT.itl] = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    this.#countCoverage(numbers, at)
    this.#notes.add(readNotes(numbers, at))
    const itl = this.#distributions[AT.itl]!
    for (let i = 0; i < gaps.length; ) {
      const from = i
      const gap = gaps[i++]!
      while (i < gaps.length && gaps[i] === gap) i++
      itl.addRepeated(gap, i - from)
    }
    if (this.#objectives.length > 0) {
      if (
        this.#objectives.every(({ metric, holds }) =>
          Number.isNaN(one[AT[metric]]!) ? this.#could[AT[metric]] === 0 : holds(one[AT[metric]]!),
        )
      )
        this.good++
    }
  }

  /** Which metrics the answer at hand could have: a one-token answer, for instance, has no time per token. */
  #countCoverage(numbers: Float64Array, at: number): void {
    const could = this.#could
    could.fill(1)
    const outputTokens = numbers[at + C.outputTokens]!
    const hasOutput = outputTokens > 0
    const turn = numbers[at + C.turn]!
    // Not known where reasoning is hidden: then there may be any number.
    const hasSpan = hasOutput && !(spanTokens(numbers, at) <= 0)
    const hasPackages = numbers[at + C.packages]! > 1
    could[AT.ttft] = hasOutput ? 1 : 0
    could[AT.firstTurnTtft] = hasOutput && turn === 0 ? 1 : 0
    could[AT.laterTurnTtft] = hasOutput && turn > 0 ? 1 : 0
    could[AT.tpot] = could[AT.itl] = could[AT.decodeSpeed] = hasSpan ? 1 : 0
    could[AT.packageLatency] = hasPackages ? 1 : 0
    could[AT.tokensPerIteration] = hasPackages && hasSpan ? 1 : 0
    could[AT.outputSpeed] = could[AT.totalSpeed] = Number.isNaN(outputTokens) ? 0 : 1
    for (const metric of NOT_OF_ANSWERS) could[AT[metric]] = 0
    for (let i = 0; i < could.length; i++) {
      if (could[i] === 0) continue
      this.#possible[i]!++
      if (!Number.isNaN(this.#one[i]!)) this.#measured[i]!++
    }
  }

  /** Conversations are counted beside their requests, each of which counts as any other. */
  #addTurn(batch: SampleBatch, row: number, failed: boolean): void {
    const at = row * ROW
    if (Number.isNaN(batch.numbers[at + C.conversation]!)) return
    const ttftMs = batch.numbers[at + C.firstTokenAt]! - batch.numbers[at + C.startedAt]!
    const end = this.conversations.add(batch, row, ttftMs, failed)
    if (end === undefined) return
    this.#distributions[AT.conversationDuration]!.add(end.durationMs)
    this.#distributions[AT.conversationTurns]!.add(end.turns)
  }

  /** The figures of one succeeded request; what was not measured stays absent. */
  #measure(batch: SampleBatch, at: number, latencyMs: number, responseTimeMs: number): void {
    const one = this.#one
    const numbers = batch.numbers
    const startedAt = numbers[at + C.startedAt]!
    one[AT.latency] = latencyMs
    one[AT.responseTime] = responseTimeMs
    const firstChunkAt = numbers[at + C.firstChunkAt]!
    if (!Number.isNaN(firstChunkAt)) one[AT.firstChunkLatency] = firstChunkAt - startedAt
    const firstTokenAt = numbers[at + C.firstTokenAt]!
    if (!Number.isNaN(firstTokenAt)) {
      one[AT.ttft] = firstTokenAt - startedAt
      const turn = numbers[at + C.turn]!
      if (!Number.isNaN(turn)) one[turn === 0 ? AT.firstTurnTtft : AT.laterTurnTtft] = firstTokenAt - startedAt
    }
    const packages = numbers[at + C.packages]!
    one[AT.packages] = packages
    const packagesMs = numbers[at + C.lastChunkAt]! - firstChunkAt
    if (packages > 1 && packagesMs > 0) one[AT.packageLatency] = packagesMs / (packages - 1)
    const items = numbers[at + C.items]!
    if (!Number.isNaN(items)) {
      one[AT.items] = items
      this.#items += items
    }
    const inputTokens = numbers[at + C.inputTokens]!
    if (!Number.isNaN(inputTokens)) {
      one[AT.inputTokens] = inputTokens
      this.#inputTokens += inputTokens
    }
    const cachedTokens = numbers[at + C.cachedTokens]!
    if (!Number.isNaN(cachedTokens)) {
      one[AT.cachedTokens] = cachedTokens
      this.#cachedTokens += cachedTokens
      this.#cachedOf += inputTokens
    }
    const reasoningTokens = numbers[at + C.reasoningTokens]!
    if (!Number.isNaN(reasoningTokens)) one[AT.reasoningTokens] = reasoningTokens
    if (numbers[at + C.flags]! & (FLAG_INPUT_ESTIMATED | FLAG_OUTPUT_ESTIMATED)) this.estimatedTokens++
    else this.reportedTokens++
    const outputTokens = numbers[at + C.outputTokens]!
    if (Number.isNaN(outputTokens)) return
    one[AT.outputTokens] = outputTokens
    this.#outputTokens += outputTokens
    if (latencyMs > 0) one[AT.outputSpeed] = (outputTokens * 1000) / latencyMs
    if (latencyMs > 0 && !Number.isNaN(inputTokens))
      one[AT.totalSpeed] = ((inputTokens + outputTokens) * 1000) / latencyMs
    const visibleTokens = outputTokens - numbers[at + C.hiddenTokens]!
    if (visibleTokens > 1 && packages > 1) one[AT.tokensPerIteration] = (visibleTokens - 1) / (packages - 1)
    const tpotMs = readTpot(numbers, at)
    if (!Number.isNaN(tpotMs)) {
      one[AT.tpot] = tpotMs
      one[AT.decodeSpeed] = 1000 / tpotMs
    }
  }

  #addFailure(batch: SampleBatch, row: number, cause: FailureCause): void {
    this.#errors.set(cause, (this.#errors.get(cause) ?? 0) + 1)
    const statusNumber = batch.numbers[row * ROW + C.status]!
    const status = statusNumber > 0 ? statusNumber : null
    const message = textOf(batch, row, 'failure')
    const seen = this.failures.find(
      (failure) => failure.cause === cause && failure.status === status && failure.message === message,
    )
    if (seen) seen.count++
    else if (this.failures.length < MAX_FAILURES) this.failures.push({ cause, status, message, count: 1 })
  }
}
