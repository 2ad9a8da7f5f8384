/** Images with their texts from a local copy of a dataset, a folder or a table: Flickr8k and Kontext-Bench. */
import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { pathWithin, readWhole, unreadable } from '../hub/index.ts'
import type { Dataset } from './dataset.ts'
import { imagePrompt, imageUrl } from './images.ts'
import type { Row } from './row.ts'
import { readRows } from './rows.ts'
import { readCsv } from './tables.ts'

interface Captioned {
  /** A `data:` URL, or one on the web. */
  url: string
  text: string
}

interface Fields {
  image: readonly string[]
  text: readonly string[]
  /** Sent where a row has no text. */
  otherwise: string
}

const IMAGE_FILE = /\.(jpe?g|png|gif|webp|bmp)$/i
const TABLE_FILE = /\.(parquet|arrow)$/i
const METADATA = /^metadata\.(jsonl|csv|parquet)$/
/** Where Kaggle's Flickr8k and Hugging Face's image folders keep the images themselves. */
const IMAGE_FOLDERS = ['Images', 'images', 'Flicker8k_Dataset', '']

/**
 * Streams images with texts. A folder holds `metadata.jsonl` (or `.csv`, `.parquet`) naming its images, `captions.txt`
 * (`image,caption` lines), Parquet or Arrow tables with the images in them, or `name.jpg` beside `name.txt`.
 * @throws ConfigError naming the file, the line and the field, or the forms a folder may have
 */
async function* readImages(path: string, dataset: string, fields: Fields): AsyncGenerator<Captioned> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined)
    throw new ConfigError(`option "datasetPath": no file or folder "${path}" for dataset ${dataset}`, 'datasetPath')
  if (!stat.isDirectory()) yield* fromRows(readRows(path, dataset), dirname(path), fields)
  else {
    const names = readdirSync(path).sort()
    const metadata = names.find((name) => METADATA.test(name))
    const tables = names.filter((name) => TABLE_FILE.test(name))
    if (metadata !== undefined) yield* fromRows(readRows(fileIn(path, metadata, dataset), dataset), path, fields)
    else if (names.includes('captions.txt'))
      yield* fromRows(readCsv(fileIn(path, 'captions.txt', dataset), dataset, ','), path, fields)
    else if (tables.length > 0)
      for (const name of tables) yield* fromRows(readRows(fileIn(path, name, dataset), dataset), path, fields)
    else yield* fromPairs(path, names, dataset, fields)
  }
}

async function* fromRows(rows: AsyncIterable<Row>, folder: string, fields: Fields): AsyncGenerator<Captioned> {
  for await (const { value, where } of rows) {
    const field = fields.image.find((name) => value[name] !== undefined)
    if (field === undefined)
      throw new ConfigError(
        `${where}: field "${fields.image[0]}" is missing; the fields there are: ${Object.keys(value).join(', ')}`,
        'datasetPath',
      )
    const texts = fields.text.map((name) => value[name])
    const text = texts.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '')
    const place = inFolder(folder, value[field])
    yield { url: await imageUrl(place, folder, `${where}: field "${field}"`), text: String(text ?? fields.otherwise) }
  }
}

async function* fromPairs(
  folder: string,
  names: readonly string[],
  dataset: string,
  { otherwise }: Fields,
): AsyncGenerator<Captioned> {
  const images = names.filter((name) => IMAGE_FILE.test(name))
  if (images.length === 0)
    throw new ConfigError(
      `option "datasetPath": folder "${folder}" of dataset ${dataset} holds no images; put in it metadata.jsonl with {"file_name": "…", "text": "…"}, captions.txt with image,caption, a Parquet or Arrow file, or images with a .txt each${names.some((name) => name.endsWith('.tar')) ? '; extract its .tar files first' : ''}`,
      'datasetPath',
    )
  const all = new Set(names)
  for (const name of images) {
    const caption = `${basename(name, extname(name))}.txt`
    const text = all.has(caption) ? captionIn(folder, caption, dataset) : ''
    const url = await imageUrl(name, folder, `dataset ${dataset}: ${name}`)
    yield { url, text: text === '' ? otherwise : text }
  }
}

/** A file of the folder, to be read row by row. @throws ConfigError when it is a link out of the folder */
function fileIn(folder: string, name: string, dataset: string): string {
  return reading(folder, name, dataset, () => pathWithin(folder, name))
}

function captionIn(folder: string, name: string, dataset: string): string {
  return reading(folder, name, dataset, () => readWhole(pathWithin(folder, name)).toString().trim())
}

function reading<T>(folder: string, name: string, dataset: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new ConfigError(
      `dataset ${dataset}: ${name}: cannot read "${join(folder, name)}": ${unreadable(error)}`,
      'datasetPath',
    )
  }
}

/** A bare name may be in one of the folders that datasets keep their images in. */
function inFolder(folder: string, value: unknown): unknown {
  if (typeof value !== 'string' || !IMAGE_FILE.test(value) || /^(https?|data):/i.test(value)) return value
  const found = IMAGE_FOLDERS.map((inner) => join(inner, value)).find((name) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isFile(),
  )
  return found ?? value
}

const FLICKR_FIELDS = {
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
    for await (const { url, text } of readImages(path, 'flickr8k', FLICKR_FIELDS)) yield imagePrompt(text, [url])
  },
}

const KONTEXT_FIELDS = {
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
    for await (const { url, text } of readImages(path, 'kontext_bench', KONTEXT_FIELDS)) yield imagePrompt(text, [url])
  },
}
