/** Mooncake traces: lengths and shared blocks of real prompts without their texts, which are made up anew. */
import { z } from 'zod'
import { ConfigError } from '../config/index.ts'
import type { Dataset } from './dataset.ts'
import { openMaker } from './madeUp.ts'
import { kindOf, type Row } from './row.ts'
import { readRows } from './rows.ts'

/** Source: Mooncake's trace release (FAST '25): `hash_ids` name blocks of 512 tokens; the same id is the same block. */
const args = z.strictObject({
  block_size: z.number().int().min(1).default(512),
  /** Of a replay with --open-loop: 2 replays in half the time. */
  speed: z.number().positive().default(1),
})
/** Texts of blocks kept for the next prompt that shares them. */
const KEPT_BLOCKS = 4096

export const mooncake: Dataset<z.output<typeof args>> = {
  name: 'mooncake',
  description:
    'prompts of the `input_length` tokens of each JSONL line of --dataset-path, sharing the blocks of `hash_ids`, with `output_length` output tokens',
  args,
  makesLengths: true,
  hasContents: true,
  async *read(options) {
    const { path, args } = options
    if (path === undefined)
      throw new ConfigError(
        'option "datasetPath": dataset mooncake needs a trace: JSONL lines {"input_length": 6758, "output_length": 500, "hash_ids": [0, 1]}; name the file',
        'datasetPath',
      )
    const { maker, contents } = await openMaker(options)
    const blocks = new Map<number, string>()
    const blockOf = (id: number): string => {
      const text = blocks.get(id) ?? maker.make(args.block_size, contents(id))
      blocks.delete(id)
      blocks.set(id, text)
      if (blocks.size > KEPT_BLOCKS) blocks.delete(blocks.keys().next().value!)
      return text
    }
    for await (const row of readRows(path, 'mooncake')) {
      const length = wholeNumber(row, 'input_length', 1)
      const ids = idsOf(row)
      // Full blocks in full; the last one as far as it goes, from the beginning of what it would be in full.
      const full = Math.min(ids.length, Math.ceil(length / args.block_size)) - 1
      const begin = ids.slice(0, Math.max(0, full)).map(blockOf).join(' ')
      const text = maker.make(length, contents(ids[Math.max(0, full)] ?? 0), begin)
      const { timestamp } = row.value
      yield {
        text,
        maxTokens: wholeNumber(row, 'output_length', 1),
        // Milliseconds in this format.
        ...(timestamp === undefined ? {} : { atMs: wholeNumber(row, 'timestamp', 0) / args.speed }),
      }
    }
  },
}

function idsOf(row: Row): number[] {
  const ids = row.value['hash_ids']
  if (Array.isArray(ids) && ids.every((id) => Number.isSafeInteger(Number(id)))) return ids.map(Number)
  throw new ConfigError(
    `${row.where}: field "hash_ids" must be an array of integers, got ${kindOf(ids)}`,
    'datasetPath',
  )
}

function wholeNumber({ value, where }: Row, field: string, least: number): number {
  const number = Number(value[field])
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new ConfigError(
    `${where}: field "${field}" must be an integer of at least ${least}, got ${JSON.stringify(value[field]) ?? 'nothing'}`,
    'datasetPath',
  )
}
