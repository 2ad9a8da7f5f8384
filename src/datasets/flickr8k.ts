/** Flickr8k: photographs with their captions, from a local copy. */
import { ConfigError } from '../config/index.ts'
import type { Dataset } from './dataset.ts'
import { readImages } from './images/folder.ts'
import { imagePrompt } from './images/part.ts'

const FIELDS = {
  image: ['image', 'jpg', 'file_name'],
  text: ['caption', 'txt', 'text', 'caption_0'],
  otherwise: 'Describe the image',
}

export const flickr8k: Dataset = {
  name: 'flickr8k',
  description: 'photographs with captions from the folder --dataset-path',
  async *read({ path }) {
    if (path === undefined)
      throw new ConfigError(
        'option "datasetPath": dataset flickr8k does not ship; get clip-benchmark/wds_flickr8k (ModelScope, Hugging Face), extract its test/*.tar into one folder, and name the folder',
        'datasetPath',
      )
    for await (const { url, text } of readImages(path, 'flickr8k', FIELDS)) yield imagePrompt(text, [url])
  },
}
