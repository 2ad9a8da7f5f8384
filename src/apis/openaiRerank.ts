/** Reranking in the form that Cohere, Jina and vLLM share: a query, documents, and a relevance score for each. */
import type { Prompt } from '../datasets/dataset.ts'
import type { Api, Reading } from './api.ts'
import { withExtraArgs } from './body.ts'
import { wrongKind } from './prompt.ts'
import { count, differentResults, type Json, object, objects, usageOf, words } from './reading.ts'
import { GENERATION, refuseOptions } from './unsupported.ts'

const NAME = 'openai_rerank'

export const openaiRerank: Api = {
  name: NAME,
  aliases: ['rerank'],
  description: 'rerank of Cohere, Jina and vLLM; reports input throughput, and has no tokens to wait for',
  paths: ['/v1/rerank', '/v2/rerank', '/rerank'],
  streams: false,
  generates: false,
  check: (config) => refuseOptions(config, NAME, GENERATION),
  buildRequest(prompt, config) {
    return withExtraArgs({ model: config.model, ...inputOf(prompt) }, config.extraArgs)
  },
  readEvent: () => ({ malformed: 'rankings do not come as a stream' }),
  readAnswer: (answer) => readAnswer(object(answer)),
  // A cross-encoder reads the query anew with each document.
  inputOf: ({ query, documents }) => ({
    texts: documentsOf(documents).flatMap((document) => [words(query), document]),
  }),
  itemsOf: ({ documents }) => documentsOf(documents).length,
  // The best ones alone, where the request says so.
  answersOf: ({ documents, top_n: topN, top_k: topK }) => {
    const { length } = documentsOf(documents)
    const wanted = count(topN) ?? count(topK) ?? 0
    return wanted > 0 ? Math.min(wanted, length) : length
  },
}

function inputOf(prompt: Prompt): Json {
  if ('body' in prompt) return prompt.body
  if (prompt.rerank !== undefined) return { ...prompt.rerank }
  throw wrongKind('prompts without documents to rank', NAME, 'openai')
}

/** Texts, or objects with a text. */
function documentsOf(documents: unknown): string[] {
  return (Array.isArray(documents) ? documents : []).map((one) => words(one) || words(object(one)['text']))
}

function readAnswer(answer: Json): Reading {
  const reading: Reading = {
    ...(typeof answer['id'] === 'string' ? { id: answer['id'] } : {}),
    ...usageOf({ inputTokens: inputTokens(answer) }),
  }
  const results = objects(answer['results'] ?? answer['data'])
  if (results.length === 0) return { ...reading, missing: 'the answer has no "results"' }
  const lacking = results.findIndex(({ index, relevance_score: score }) => ![index, score].every(Number.isFinite))
  if (lacking >= 0)
    return { ...reading, missing: `the answer has no "index" and "relevance_score" in "results[${lacking}]"` }
  return { ...reading, isPackage: true, items: differentResults(results) }
}

/** vLLM and Jina say `usage.total_tokens`, Cohere `meta.tokens.input_tokens`; its billed units are not tokens. */
function inputTokens({ usage, meta }: Json): number | undefined {
  const { prompt_tokens: prompt, total_tokens: total } = object(usage)
  const { input_tokens: input } = object(object(meta)['tokens'])
  // vLLM has said 0 for what it did not count.
  return [count(prompt), count(total), count(input)].find((tokens) => tokens !== undefined && tokens > 0)
}
