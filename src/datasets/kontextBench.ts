/** Kontext-Bench: images with instructions to edit them, from a local copy. */
import { ConfigError } from '../config/index.ts'
import type { Dataset } from './dataset.ts'
import { readImages } from './images/folder.ts'
import { imagePrompt } from './images/part.ts'

const FIELDS = {
  image: ['image', 'file_name'],
  text: ['instruction', 'text'],
  otherwise: 'Describe the image',
}

export const kontextBench: Dataset = {
  name: 'kontext_bench',
  description: 'images with instructions from the folder --dataset-path',
  async *read({ path }) {
    if (path === undefined)
      throw new ConfigError(
        'option "datasetPath": dataset kontext_bench does not ship; get the folder test of black-forest-labs/kontext-bench (ModelScope, Hugging Face), with its metadata.jsonl and images, and name it',
        'datasetPath',
      )
    for await (const { url, text } of readImages(path, 'kontext_bench', FIELDS)) yield imagePrompt(text, [url])
  },
}
