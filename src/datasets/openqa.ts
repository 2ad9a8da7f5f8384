/** Open-ended questions: `question` of each row; a sample in Chinese and English ships. */
import { fileURLToPath } from 'node:url'
import type { Dataset } from './dataset.ts'
import { hubFile } from './hubFile.ts'
import { textField } from './jsonl.ts'
import { type TextArgs, textArgs } from './lengths.ts'
import { readRows } from './readers/rows.ts'

const SAMPLE = fileURLToPath(new URL('../../fixtures/datasets/openqa.jsonl', import.meta.url))

export const openqa: Dataset<TextArgs> = {
  name: 'openqa',
  description:
    '`question` of each JSONL line of --dataset-path; without it, a sample of 120 questions in English and Chinese; with --data-source, the published ones',
  args: textArgs,
  async *read(options) {
    const { path, config } = options
    const isSample = path === undefined && config.dataSource === undefined
    const file = isSample
      ? SAMPLE
      : await hubFile(options, {
          modelscope: 'AI-ModelScope/HC3-Chinese',
          huggingface: 'Hello-SimpleAI/HC3-Chinese',
          file: 'open_qa.jsonl',
        })
    for await (const row of readRows(file, 'openqa')) yield { text: textField(row, 'question') }
  },
}
