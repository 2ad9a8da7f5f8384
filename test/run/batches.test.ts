/** Batches of which an answer has a part: texts without a vector, documents without a score. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { answering } from './answers.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'perfgate-'))
const vectors = (...indices: (number | undefined)[]) => ({
  data: indices.map((index) => ({ embedding: [0.1], ...(index === undefined ? {} : { index }) })),
})
const scores = (...indices: number[]) => ({
  results: indices.map((index) => ({ index, relevance_score: 0.5 })),
})
const texts = { input: ['a', 'b', 'c'] }
const ranked = { query: 'q', documents: ['a', 'b', 'c'] }

it.each([
  ['embedding', 'all', texts, vectors(0, 1, 2), undefined],
  ['embedding', 'all, without an index', texts, vectors(undefined, undefined, undefined), undefined],
  ['embedding', 'one text', { input: 'a' }, vectors(0), undefined],
  ['embedding', 'one text of token ids', { input: [1, 2, 3] }, vectors(0), undefined],
  ['embedding', 'two of three', texts, vectors(0, 1), 'the answer has 2 of the 3 results that the request asked for'],
  ['embedding', 'one twice', texts, vectors(0, 1, 1), 'the answer has 2 of the 3 results that the request asked for'],
  ['rerank', 'all', ranked, scores(2, 0, 1), undefined],
  ['rerank', 'the best', { ...ranked, top_n: 2 }, scores(2, 0), undefined],
  [
    'rerank',
    'fewer than the best',
    { ...ranked, top_n: 2 },
    scores(2),
    'the answer has 1 of the 2 results that the request asked for',
  ],
  ['rerank', 'more asked than there are', { ...ranked, top_n: 9 }, scores(2, 0, 1), undefined],
  ['rerank', 'two of three', ranked, scores(2, 0), 'the answer has 2 of the 3 results that the request asked for'],
])('%s with %s', async (api, _, body, answer, failure) => {
  const datasetPath = join(folder(), 'bodies.txt')
  writeFileSync(datasetPath, JSON.stringify(body))
  const server = await answering(() => answer)
  const { result } = await runPerfBenchmark({
    ...{ api, url: `${server.url}/v1/${api === 'rerank' ? 'rerank' : 'embeddings'}`, model: 'm', number: 3 },
    ...{ dataset: 'line_by_line', datasetPath, noTestConnection: true, outputsDir: folder() },
  })
  expect(result.failures.map(({ cause, message, count }) => ({ cause, message, count }))).toEqual(
    failure === undefined ? [] : [{ cause: 'no-output', message: failure, count: 3 }],
  )
})
