/** What an answer says: its texts, its finish reasons, and the server's counts, held against what was streamed. */
import type { ChoiceReading, Reading, Usage } from '../apis/api.ts'
import { judgeFinishReason } from '../apis/outcome.ts'
import { NOTE } from '../samples/index.ts'
import { type Choice, Choices } from './choices.ts'
import { ToolCalls } from './toolCalls.ts'

export class AnswerContent {
  usage: Usage | undefined
  finishReason = ''
  requestId = ''
  /** Bits of `NOTE`. */
  notes = 0
  /** As the columns of the same names in a row; valid once the content is settled. */
  hiddenTokens = 0
  firstTokens = 1
  /** Tokens are timed from the answer itself on, not from a summary of the reasoning before it. */
  isTimedFromAnswer = false
  readonly choices = new Choices()
  /** Calls of tools in the first choice. */
  readonly toolCalls = new ToolCalls()
  /** Reasoning was streamed, perhaps as a summary. */
  #reasons = false
  #isSummary: boolean | 'perhaps' = false
  #thinking: 'hidden' | 'begun' | undefined
  /** Usage that the first output event brought. */
  #firstUsage: Usage | undefined

  /** Forgets everything; a new answer starts. */
  reset(): void {
    this.usage = undefined
    this.finishReason = ''
    this.requestId = ''
    this.notes = 0
    this.hiddenTokens = 0
    this.firstTokens = 1
    this.isTimedFromAnswer = false
    this.choices.reset()
    this.toolCalls.reset()
    this.#reasons = false
    this.#isSummary = false
    this.#thinking = undefined
    this.#firstUsage = undefined
  }

  /**
   * Takes all that an event says.
   *
   * @param isFirst it brings the first output
   * @returns the finish reason that tells of a failure, if it does
   */
  take(reading: Reading, isFirst: boolean): string | undefined {
    this.takeReasoning(reading)
    let failed: string | undefined
    if (reading.isPackage || reading.text || reading.finishReason) failed = this.#takeChoice(reading)
    if (reading.more) for (const choice of reading.more) failed = this.#takeChoice(choice) ?? failed
    if (reading.usage) {
      if (isFirst) this.#firstUsage = reading.usage
      this.usage = this.usage ? { ...this.usage, ...reading.usage } : reading.usage
    }
    if (reading.id && this.requestId === '') this.requestId = reading.id
    return failed
  }

  /** Takes what an event says of the model's reasoning, but for its text. */
  takeReasoning({ reasoning, isSummary, thinking }: ChoiceReading): void {
    if (reasoning) this.#reasons = true
    if (isSummary) this.#isSummary = isSummary
    if (thinking) this.#thinking = this.#thinking === 'hidden' ? 'hidden' : thinking
  }

  #takeChoice({
    choice: index = 0,
    text,
    reasoning,
    called = '',
    toolCalls,
    finishReason,
  }: ChoiceReading): string | undefined {
    const choice = this.choices.at(index)
    if (reasoning) {
      append(choice, reasoning)
      choice.endReasoning()
    }
    if (text) append(choice, text.slice(reasoning?.length ?? 0, text.length - called.length))
    if (called !== '') {
      append(choice, called)
      choice.endCall()
    }
    if (toolCalls !== undefined && index === 0) this.toolCalls.add(toolCalls)
    if (!finishReason) return undefined
    this.finishReason = finishReason
    choice.finished = true
    const meaning = judgeFinishReason(finishReason)
    if (meaning === 'unknown') this.notes |= NOTE['unknown-finish-reason']
    return meaning === 'failed' ? finishReason : undefined
  }

  /** Holds the counts of the server against what came, once all of it has. @param outputEvents events with output */
  settle(outputEvents: number): void {
    const usage = this.usage
    if (usage === undefined) return
    const { inputTokens, outputTokens, ...rest } = usage
    const isContradicted = outputTokens === 0 && outputEvents > 0
    if (isContradicted) this.notes |= NOTE['zero-usage']
    const output = isContradicted ? undefined : outputTokens
    // No prompt has no tokens.
    this.usage = {
      ...rest,
      ...(inputTokens === undefined || inputTokens === 0 ? {} : { inputTokens }),
      ...(output === undefined ? {} : { outputTokens: output }),
    }
    if (output !== undefined) this.#settleTokens(output, usage.reasoningTokens)
  }

  /** Which of the output tokens were streamed, and how many of them with the first event. */
  #settleTokens(output: number, reasoning: number | undefined): void {
    const isReported = reasoning !== undefined
    if (this.#reasons && this.#isSummary !== false && isReported && reasoning > 0) {
      this.hiddenTokens = Math.min(reasoning, output)
      this.isTimedFromAnswer = true
    } else if (!this.#reasons && isReported) this.hiddenTokens = Math.min(reasoning, output)
    else if (!isReported && this.#hasUncounted()) {
      this.hiddenTokens = Number.NaN
      this.notes |= NOTE['hidden-reasoning']
    }
    const first = this.#firstUsage
    if (first?.outputTokens === undefined || this.isTimedFromAnswer) return
    const tokens = first.outputTokens - (this.#reasons ? 0 : (first.reasoningTokens ?? reasoning ?? 0))
    if (tokens > 1 && tokens < output - this.hiddenTokens) this.firstTokens = tokens
  }

  /** The model reasoned, and part of what it thought was not streamed as it was. */
  #hasUncounted(): boolean {
    if (this.#thinking === 'hidden') return true
    return this.#reasons ? this.#isSummary === true : this.#thinking === 'begun'
  }
}

function append(choice: Choice, text: string): void {
  const escaped = Buffer.from(JSON.stringify(text))
  choice.append(escaped, 1, escaped.length - 1)
}

/** All that it generates is reasoning. */
export function isOnlyReasoning({ text, reasoning }: Reading): boolean {
  return reasoning !== undefined && reasoning === text
}
