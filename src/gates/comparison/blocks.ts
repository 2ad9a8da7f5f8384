/** What a comparison measured: pairs of blocks, one of each side, that sent the same prompts one right after the other. */
import type { DistributionName } from '../../metrics/index.ts'

/** One block of one side. */
export interface SideBlock {
  /** From the first start to the last end. */
  seconds: number
  amounts: BlockAmounts
  /**
   * The values of a metric, milliseconds or tokens per second: position i is the i-th prompt of the block on both
   * sides, NaN where that request has none. Gaps between tokens (`itl`) are all in one list, in no such order.
   */
  values: Partial<Record<DistributionName, Float64Array>>
}

/** What was counted in a block. */
export interface BlockAmounts {
  total: number
  succeeded: number
  /** Met every objective; 0 without objectives. */
  good: number
  outputTokens: number
  /** Input and output. */
  totalTokens: number
}

export interface BlockPair {
  baseline: SideBlock
  candidate: SideBlock
}

export type Side = keyof BlockPair

export const SIDES: readonly Side[] = ['baseline', 'candidate']

/** Values of a metric that were measured, of one block. */
export function measured(block: SideBlock, metric: DistributionName): Float64Array {
  return (block.values[metric] ?? new Float64Array()).filter((value) => !Number.isNaN(value))
}

/** Values of a metric that were measured, of all blocks of a side. */
export function pooled(blocks: readonly BlockPair[], side: Side, metric: DistributionName): Float64Array {
  const parts = blocks.map((pair) => measured(pair[side], metric))
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
