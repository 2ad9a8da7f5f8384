/** Reads a text file line by line, never holding more than a piece of it. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { ConfigError } from '../config/index.ts'

export interface Line {
  text: string
  /** From 1, blank lines counted. */
  number: number
}

/**
 * Streams the lines of a file that are not blank, without a byte order mark.
 * @throws ConfigError naming the file when it cannot be read
 */
export async function* readLines(path: string, dataset: string): AsyncGenerator<Line> {
  const stream = createReadStream(path, { encoding: 'utf8' })
  const failed = new Promise<never>((_, reject) =>
    stream.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new ConfigError(
          `dataset ${dataset}: cannot read "${path}" (${error.code ?? error.message}); check --dataset-path`,
          'datasetPath',
        ),
      ),
    ),
  )
  failed.catch(() => {})
  await Promise.race([failed, new Promise((resolve) => stream.once('open', resolve))])
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  try {
    let number = 0
    for await (const line of lines) {
      number++
      const text = number === 1 ? line.replace(/^\ufeff/, '') : line
      if (text.trim() !== '') yield { text, number }
    }
    await Promise.race([failed, Promise.resolve()])
  } finally {
    lines.close()
    stream.destroy()
  }
}
