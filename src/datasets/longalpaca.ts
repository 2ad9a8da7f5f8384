/** LongAlpaca: long instructions, from rows or from the single JSON array it is published as. */
import type { Dataset } from './dataset.ts'
import { hubFile } from './hubFile.ts'
import { textField } from './jsonl.ts'
import { type TextArgs, textArgs } from './lengths.ts'
import { readRows } from './readers/rows.ts'

export const longalpaca: Dataset<TextArgs> = {
  name: 'longalpaca',
  description: '`instruction` of each JSONL line, or of each object of the JSON array, of --dataset-path or the hub',
  args: textArgs,
  async *read(options) {
    const file = await hubFile(options, {
      modelscope: 'AI-ModelScope/LongAlpaca-12k',
      huggingface: 'Yukang/LongAlpaca-12k',
      file: 'LongAlpaca-12k.json',
    })
    for await (const row of readRows(file, 'longalpaca')) yield { text: textField(row, 'instruction') }
  },
}
