/** Turns the samples of one measured phase into distributions and rates, batch by batch, exactly as docs/metrics.md says. */
import {
  C,
  causeOf,
  type FailureCause,
  FLAG_INPUT_ESTIMATED,
  FLAG_OUTPUT_ESTIMATED,
  NoteCounter,
  ROW,
  readNotes,
  type SampleBatch,
  textOf,
} from '../samples/index.ts'
import { idleShare, longest, shortest } from '../stats/index.ts'
import { BoundedDistribution } from './boundedDistribution.ts'
import { ConversationMetrics } from './conversationMetrics.ts'
import { Distribution } from './distribution.ts'
import type { AnswerTrait, Metric, RunCounts } from './metric.ts'
import { BoundView } from './metricBounds.ts'
import type { Coverage, DistributionView, MetricBounds, MetricsView } from './names.ts'
import { DISTRIBUTION_NAMES, type DistributionName, factsOf, type ScalarName } from './names.ts'
import { RequestRow } from './requestRow.ts'
import { TimelineRecorder } from './timelineRecorder.ts'

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

type Kind = Exclude<Metric['of'], 'run'>
type MetricOf<Of extends Kind> = Extract<Metric, { of: Of }> & { name: DistributionName }

/** The metrics of a kind, in the order of their names. */
function metricsOf<Of extends Kind>(...kinds: readonly Of[]): MetricOf<Of>[] {
  return DISTRIBUTION_NAMES.map((name) => ({ name, ...factsOf(name) })).filter((metric): metric is MetricOf<Of> =>
    (kinds as readonly Kind[]).includes(metric.of),
  )
}

/** Each has a value for a succeeded request, and its place in the arrays of one below. */
const OF_ANSWERS = metricsOf('request', 'gap')
const OF_ATTEMPTS = metricsOf('attempt', 'connection')
const OF_CONVERSATIONS = metricsOf('conversation')
/** The formulas on their own: a loop over functions is faster than one over entries, which have many layouts. */
const READ = OF_ANSWERS.map(({ value }) => value)
const READ_ATTEMPT = OF_ATTEMPTS.map(({ value }) => value)
const IS_GAP = OF_ANSWERS.map(({ of }) => of === 'gap')
const AT = Object.fromEntries(OF_ANSWERS.map(({ name }, i) => [name, i])) as Partial<Record<DistributionName, number>>

const TRAITS: Record<AnswerTrait, number> = {
  output: 1,
  span: 2,
  packages: 4,
  counted: 8,
  firstTurn: 16,
  laterTurn: 32,
}
/** A trait that no answer has: of what may be absent from any. */
const NEVER = 64
/** The traits of an answer that must have the metric, as bits. */
const EXPECTED = Uint8Array.from(OF_ANSWERS, ({ expected }) =>
  expected === 'optional' ? NEVER : expected.reduce((bits, trait) => bits | TRAITS[trait], 0),
)

/** Times and speeds of answers: what the errors of timestamps can change. */
const TIMED = Uint8Array.from(OF_ANSWERS, ({ quantity }) => (quantity === 'time' || quantity === 'tokenRate' ? 1 : 0))

/** How a load is offered, as far as it tells what a late client kept back. */
export interface OfferedLoad {
  /** An open loop without a cap: a late start is the client's own doing. */
  uncapped: boolean
  /** In flight in a closed loop; Infinity: not known, or another at each moment. */
  parallel: number
}

/** Below this a start is on time. */
const ON_TIME_MS = 5

/** Distinct failures described in full; more are only counted. */
const MAX_FAILURES = 50

export class RunMetrics implements MetricsView, RunCounts {
  succeeded = 0
  failed = 0
  /** Met every objective; NaN without objectives. */
  good: number
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
  /** How the load is offered; absent: it is not judged. */
  offered: OfferedLoad | undefined
  readonly #distributions = new Map<DistributionName, BoundedDistribution>(
    DISTRIBUTION_NAMES.map((name) => [name, new BoundedDistribution(factsOf(name).whole ? 1 : 1000)]),
  )
  #surelyGood = 0
  #possiblyGood = 0
  #endErrorMs = 0
  #answeredMs = 0
  readonly #turnarounds = new Distribution()
  /** In the order of OF_ANSWERS. */
  readonly #ofAnswers = OF_ANSWERS.map(({ name }) => this.#distributions.get(name)!)
  readonly #ofAttempts = OF_ATTEMPTS.map(({ name }) => this.#distributions.get(name)!)
  readonly #errors = new Map<FailureCause, number>()
  inputTokens = 0
  outputTokens = 0
  cachedTokens = 0
  /** Input tokens of the succeeded requests whose cached tokens the server reported. */
  inputTokensOfCached = 0
  #items = 0
  #cost = 0
  #hasCost = false
  /** The request at hand. */
  readonly #row = new RequestRow()
  /** Its values, in the order of OF_ANSWERS; NaN where there is none. */
  readonly #one = new Float64Array(OF_ANSWERS.length)
  /** The same at the ends of what the errors of timestamps leave open. */
  readonly #low = new Float64Array(OF_ANSWERS.length)
  readonly #high = new Float64Array(OF_ANSWERS.length)
  /** In the same order: answers that have the metric, of those that must have it, and the number of these. */
  readonly #measured = new Float64Array(OF_ANSWERS.length)
  readonly #possible = new Float64Array(OF_ANSWERS.length)
  /** Set when the server's view of the run is known. */
  energyJoules = Number.NaN
  readonly #notes = new NoteCounter()

  constructor(startedAt: number, objectives: readonly Objective[] = []) {
    this.timeline = new TimelineRecorder(startedAt)
    this.#objectives = objectives
    this.good = objectives.length > 0 ? 0 : Number.NaN
  }

  add(batch: SampleBatch): void {
    for (let row = 0; row < batch.count; row++) this.addRow(batch, row)
  }

  /** Adds times that no request carries, such as those of connections opened ahead. */
  addTimes(metric: DistributionName, valuesMs: readonly number[]): void {
    for (const value of valuesMs) this.#distributions.get(metric)!.add(value)
  }

  distribution(name: DistributionName): DistributionView | undefined {
    const { measured } = this.#distributions.get(name)!
    return measured.n > 0 ? measured : undefined
  }

  get bounds(): MetricBounds | undefined {
    const { offeredShare } = this
    const hasBounds = [...this.#distributions.values()].some((distribution) => distribution.hasBounds)
    if (!hasBounds && offeredShare === 1) return undefined
    const counts = {
      distributions: this.#distributions,
      surelyGood: this.#surelyGood,
      possiblyGood: this.#possiblyGood,
      offeredShare,
    }
    return { low: new BoundView(this, 'low', counts), high: new BoundView(this, 'high', counts) }
  }

  /**
   * The share of the load that the client offered: of a closed loop what it did not keep back by seeing ends late and by
   * starting late, of an open loop the planned time over the time that its starts took.
   */
  get offeredShare(): number {
    if (this.offered === undefined) return 1
    const { uncapped, parallel } = this.offered
    if (uncapped) {
      const plannedMs = this.lastScheduledAt - this.firstScheduledAt
      const lateMs = this.lastStartedAt - this.lastScheduledAt
      return plannedMs > 0 && lateMs > ON_TIME_MS ? plannedMs / (plannedMs + lateMs) : 1
    }
    const startsMs = this.lastStartedAt - this.firstStartedAt
    const turnaroundsMs = this.#turnarounds.opening()
    const share = idleShare({
      meanEndErrorMs: this.total === 0 ? 0 : this.#endErrorMs / this.total,
      turnaroundsMs,
      connectionMs: Number.isFinite(parallel) ? parallel * startsMs : this.#answeredMs,
    })
    return Math.max(1 - share, Number.EPSILON)
  }

  coverage(name: DistributionName): Coverage | undefined {
    const at = AT[name]
    const of = at === undefined ? 0 : this.#possible[at]!
    return of === 0 ? undefined : { measured: this.#measured[at!]!, of }
  }

  /** What is remarkable of the succeeded answers, a sentence each. */
  get answerNotes(): string[] {
    return this.#notes.sentences(this.succeeded)
  }

  errors(cause: FailureCause): number {
    return this.#errors.get(cause) ?? 0
  }

  get total(): number {
    return this.succeeded + this.failed
  }

  /** Last end minus first start, seconds; 0 when nothing was sent. */
  get seconds(): number {
    return this.total === 0 ? 0 : (this.lastEndedAt - this.firstStartedAt) / 1000
  }

  get totalTokens(): number {
    return this.inputTokens + this.outputTokens
  }

  /** NaN where no request had any. */
  get items(): number {
    return this.distribution('items') === undefined ? Number.NaN : this.#items
  }

  get cost(): number {
    return this.#hasCost ? this.#cost : Number.NaN
  }

  get steadySeconds(): number {
    return this.timeline.steady()?.seconds ?? Number.NaN
  }

  get steadySucceeded(): number {
    return this.timeline.steady()?.completed ?? Number.NaN
  }

  get steadyOutputTokens(): number {
    return this.timeline.steady()?.outputTokens ?? Number.NaN
  }

  get completedConversations(): number {
    return this.conversations.total === 0 ? Number.NaN : this.conversations.completed
  }

  get abandonedConversations(): number {
    return this.conversations.total === 0 ? Number.NaN : this.conversations.abandoned
  }

  scalar(name: ScalarName): number | undefined {
    const { amount, per } = factsOf(name)
    const value = per === null ? this[amount] : this[amount] / this[per]
    return Number.isFinite(value) ? value : undefined
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
    const request = this.#row
    request.moveTo(batch, row)
    const { turnaroundMs, endError } = request
    if (turnaroundMs >= 0) this.#turnarounds.add(turnaroundMs)
    if (endError > 0) this.#endErrorMs += endError
    this.#answeredMs += endedAt - startedAt
    for (let i = 0; i < READ_ATTEMPT.length; i++) {
      const value = READ_ATTEMPT[i]!(request)
      if (!Number.isNaN(value)) this.#ofAttempts[i]!.add(value)
    }
    const { cost } = request
    if (!Number.isNaN(cost)) {
      this.#cost += cost
      this.#hasCost = true
    }
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
    this.#measure(request)
    this.#count(request, numbers[at + C.flags]!)
    this.#notes.add(readNotes(numbers, at))
  }

  /** Adds what the succeeded request at hand has, and counts which metrics it lacks although it must have them. */
  #measure(request: RequestRow): void {
    const one = this.#one
    const traits = traitsOf(request)
    const hasErrors = request.hasErrors
    for (let i = 0; i < READ.length; i++) {
      const value = READ[i]!(request)
      const isMeasured = !Number.isNaN(value)
      one[i] = value
      if ((traits & EXPECTED[i]!) === EXPECTED[i]!) {
        this.#possible[i]!++
        if (isMeasured) this.#measured[i]!++
      }
      this.#low[i] = this.#high[i] = value
      if (!isMeasured) continue
      if (hasErrors && TIMED[i] === 1) this.#boundAt(i, request)
      if (IS_GAP[i]!) addGaps(this.#ofAnswers[i]!, request)
      else this.#ofAnswers[i]!.add(value, this.#low[i], this.#high[i])
    }
    this.#countGood(traits)
  }

  /** Reads a metric of the request at hand at both ends of what the errors of its timestamps leave open. */
  #boundAt(i: number, request: RequestRow): void {
    const value = this.#one[i]!
    request.end = 'early'
    const early = READ[i]!(request)
    request.end = 'late'
    const late = READ[i]!(request)
    request.end = 'measured'
    this.#low[i] = Math.min(value, early, late)
    this.#high[i] = Math.max(value, early, late)
  }

  #countGood(traits: number): void {
    const objectives = this.#objectives
    if (objectives.length === 0) return
    const isMet = (values: Float64Array): boolean =>
      objectives.every((objective) => meetsObjective(objective, values, traits))
    if (isMet(this.#one)) this.good++
    const low = isMet(this.#low)
    const high = isMet(this.#high)
    if (low && high) this.#surelyGood++
    if (low || high) this.#possiblyGood++
  }

  /** The sums over succeeded requests. */
  #count({ inputTokens, outputTokens, cachedTokens, items }: RequestRow, flags: number): void {
    if (!Number.isNaN(inputTokens)) this.inputTokens += inputTokens
    if (!Number.isNaN(outputTokens)) this.outputTokens += outputTokens
    if (!Number.isNaN(items)) this.#items += items
    if (!Number.isNaN(cachedTokens)) {
      this.cachedTokens += cachedTokens
      this.inputTokensOfCached += inputTokens
    }
    if (flags & (FLAG_INPUT_ESTIMATED | FLAG_OUTPUT_ESTIMATED)) this.estimatedTokens++
    else this.reportedTokens++
  }

  /** Conversations are counted beside their requests, each of which counts as any other. */
  #addTurn(batch: SampleBatch, row: number, failed: boolean): void {
    const at = row * ROW
    if (Number.isNaN(batch.numbers[at + C.conversation]!)) return
    const ttftMs = batch.numbers[at + C.firstTokenAt]! - batch.numbers[at + C.startedAt]!
    const end = this.conversations.add(batch, row, ttftMs, failed)
    if (end === undefined) return
    for (const { name, valueAtEnd } of OF_CONVERSATIONS) {
      const value = valueAtEnd(end)
      if (!Number.isNaN(value)) this.#distributions.get(name)!.add(value)
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

/** What an answer cannot have is not held against it: a one-token answer has no time per token. */
function meetsObjective({ metric, holds }: Objective, values: Float64Array, traits: number): boolean {
  const at = AT[metric]!
  const value = values[at]!
  return Number.isNaN(value) ? (traits & EXPECTED[at]!) !== EXPECTED[at]! : holds(value)
}

/** Which metrics an answer must have, as bits. */
function traitsOf({ outputTokens, spanTokens, packages, turn }: RequestRow): number {
  const hasOutput = outputTokens > 0
  return (
    (hasOutput ? TRAITS.output : 0) |
    // Not known where reasoning is hidden: then there may be any number.
    (hasOutput && !(spanTokens <= 0) ? TRAITS.span : 0) |
    (packages > 1 ? TRAITS.packages : 0) |
    (Number.isNaN(outputTokens) ? 0 : TRAITS.counted) |
    (turn === 0 ? TRAITS.firstTurn : 0) |
    (turn > 0 ? TRAITS.laterTurn : 0)
  )
}

/** Tokens that arrive in one read have many gaps of 0. */
function addGaps(distribution: BoundedDistribution, { gaps, gapErrors, firstTokenError }: RequestRow): void {
  for (let i = 0; i < gaps.length; ) {
    const from = i
    const gap = gaps[i]!
    const start = from === 0 ? firstTokenError : gapErrors[from - 1]!
    const end = gapErrors[from]!
    i++
    while (i < gaps.length && gaps[i] === gap && gapErrors[i - 1] === start && gapErrors[i] === end) i++
    distribution.addRepeated(gap, i - from, shortest(gap, end), longest(gap, start))
  }
}
