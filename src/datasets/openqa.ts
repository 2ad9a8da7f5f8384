/** Open-ended questions: `question` of each JSONL line; a sample in Chinese and English ships. */
import { fileURLToPath } from 'node:url'
import type { Dataset } from './dataset.ts'
import { textField } from './jsonl.ts'
import { readRows } from './readers/rows.ts'

const SAMPLE = fileURLToPath(new URL('../../fixtures/datasets/openqa.jsonl', import.meta.url))

export const openqa: Dataset = {
  name: 'openqa',
  description:
    '`question` of each JSONL line of --dataset-path; without it, a sample of 120 questions in English and Chinese',
  async *read({ path = SAMPLE }) {
    for await (const row of readRows(path, 'openqa')) yield { text: textField(row, 'question') }
  },
}
