/** What requests cost: the price of the model, and the cost of each request by its tokens. */
import { readFileSync } from 'node:fs'
import { ConfigError, explain, type Price, priceListSchema, priceSchema, type ResolvedConfig } from '../config/index.ts'
import { C, ROW, type SampleBatch } from '../samples/index.ts'

/**
 * Puts the price of the scenario's model in place of a price list or the path of one.
 *
 * @throws ConfigError when the file cannot be read, holds something else, or has no price of the model
 */
export function withPrice(config: ResolvedConfig): ResolvedConfig {
  const { prices, model } = config
  if (prices === undefined || isPrice(prices)) return config
  const source = typeof prices === 'string' ? `"${prices}"` : 'the list'
  const list = typeof prices === 'string' ? readPrices(prices) : prices
  if (isPrice(list)) return { ...config, prices: list }
  if (model !== undefined && Object.hasOwn(list, model)) return { ...config, prices: list[model]! }
  throw new ConfigError(
    `option "prices": ${source} has no price of model "${model}"; it has ${Object.keys(list).slice(0, 20).join(', ')}`,
    'prices',
  )
}

/** The price of a scenario whose price list was looked up; undefined: it has none. */
export function priceOf({ prices }: Pick<ResolvedConfig, 'prices'>): Price | undefined {
  return prices !== undefined && isPrice(prices) ? prices : undefined
}

/** Writes the cost of each request into a batch, where its tokens are known. */
export function priceRequests({ count, numbers }: SampleBatch, price: Price): void {
  for (let row = 0; row < count; row++) {
    const at = row * ROW
    numbers[at + C.cost] = costOf(price, {
      inputTokens: numbers[at + C.inputTokens]!,
      outputTokens: numbers[at + C.outputTokens]!,
      cachedTokens: numbers[at + C.cachedTokens]!,
      reasoningTokens: numbers[at + C.reasoningTokens]!,
    })
  }
}

/** Tokens of one request; NaN where they are not known. */
export interface PricedTokens {
  inputTokens: number
  outputTokens: number
  cachedTokens: number
  reasoningTokens: number
}

/**
 * `((input − cached) × input price + cached × cached price + (output − reasoning) × output price + reasoning ×
 * reasoning price) ÷ 1,000,000`. Cached tokens are part of the input, reasoning is part of the output.
 *
 * @returns in the currency of the price; NaN where the input is not known
 */
export function costOf(
  price: Price,
  { inputTokens, outputTokens, cachedTokens, reasoningTokens }: PricedTokens,
): number {
  const { input, output, cachedInput = input, reasoning = output } = price
  const cached = Math.min(known(cachedTokens), inputTokens)
  const generated = known(outputTokens)
  const reasoned = Math.min(known(reasoningTokens), generated)
  const sum =
    (inputTokens - cached) * input + cached * cachedInput + (generated - reasoned) * output + reasoned * reasoning
  return sum / 1e6
}

function known(tokens: number): number {
  return Number.isNaN(tokens) ? 0 : tokens
}

function isPrice(prices: NonNullable<ResolvedConfig['prices']>): prices is Price {
  return typeof prices === 'object' && typeof prices['input'] === 'number'
}

function readPrices(path: string): Exclude<NonNullable<ResolvedConfig['prices']>, string> {
  const fail = (why: string): ConfigError => new ConfigError(`option "prices": "${path}" ${why}`, 'prices')
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw fail(
      error instanceof SyntaxError ? `is not JSON: ${error.message}` : `cannot be read: ${(error as Error).message}`,
    )
  }
  const one = priceSchema.safeParse(content)
  if (one.success) return one.data
  const list = priceListSchema.safeParse(content)
  if (list.success) return list.data
  const { message } = explain(list.error, { ...(content as Record<string, unknown>) })
  throw fail(`is not a price list: ${message.replace(/^option /, '')}`)
}
