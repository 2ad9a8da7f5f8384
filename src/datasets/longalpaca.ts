/** LongAlpaca: long instructions, from JSONL or from the single JSON array it is published as. */
import { ConfigError } from '../config/index.ts'
import type { Dataset } from './dataset.ts'
import { textField } from './jsonl.ts'
import { readRows } from './readers/rows.ts'

export const longalpaca: Dataset = {
  name: 'longalpaca',
  description: '`instruction` of each JSONL line, or of each object of the JSON array, of --dataset-path',
  async *read({ path }) {
    if (path === undefined)
      throw new ConfigError(
        'option "datasetPath": dataset longalpaca does not ship; download LongAlpaca-12k.json, or write JSONL lines {"instruction": "…"}, and name the file',
        'datasetPath',
      )
    for await (const row of readRows(path, 'longalpaca')) yield { text: textField(row, 'instruction') }
  },
}
