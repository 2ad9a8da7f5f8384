/** LongAlpaca: `instruction` of each JSONL line. */
import { ConfigError } from '../config/index.ts'
import type { Dataset } from './dataset.ts'
import { readJsonl, textField } from './jsonl.ts'

export const longalpaca: Dataset = {
  name: 'longalpaca',
  description: '`instruction` of each JSONL line of --dataset-path',
  async *read({ path }) {
    if (path === undefined)
      throw new ConfigError('dataset longalpaca: give its JSONL file with --dataset-path', 'datasetPath')
    for await (const row of readJsonl(path, 'longalpaca')) yield { text: textField(row, 'instruction') }
  },
}
