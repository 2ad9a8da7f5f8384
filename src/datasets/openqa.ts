/** Open-ended questions: `question` of each JSONL line; a sample in Chinese and English ships. */
import { fileURLToPath } from 'node:url'
import type { Dataset } from './dataset.ts'
import { readJsonl, textField } from './jsonl.ts'

const SAMPLE = fileURLToPath(new URL('../../fixtures/datasets/openqa.jsonl', import.meta.url))

export const openqa: Dataset = {
  name: 'openqa',
  description:
    '`question` of each JSONL line of --dataset-path; without it, a sample of 120 questions in English and Chinese',
  async *read({ path = SAMPLE }) {
    for await (const row of readJsonl(path, 'openqa')) yield { text: textField(row, 'question') }
  },
}
