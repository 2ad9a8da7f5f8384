/** OpenAI's embeddings: texts in, one vector for each out. */
import type { Api, Reading } from './api.ts'
import { withExtraArgs } from './body.ts'
import { textsOf } from './prompt.ts'
import { count, differentResults, type Json, object, objects, usageOf, words } from './reading.ts'
import { GENERATION, refuseOptions } from './unsupported.ts'

const NAME = 'openai_embedding'

export const openaiEmbedding: Api = {
  name: NAME,
  aliases: ['embedding'],
  description: 'OpenAI embeddings; reports input throughput, and has no tokens to wait for',
  paths: ['/v1/embeddings'],
  streams: false,
  generates: false,
  check: (config) => refuseOptions(config, NAME, GENERATION),
  buildRequest(prompt, config) {
    const input = 'body' in prompt ? prompt.body : { input: oneOrMany(textsOf(prompt, NAME)) }
    return withExtraArgs({ model: config.model, ...input }, config.extraArgs)
  },
  readEvent: () => ({ malformed: 'embeddings do not come as a stream' }),
  readAnswer: (answer) => readAnswer(object(answer)),
  inputOf: ({ input }) => {
    const inputs = inputsOf(input)
    return {
      texts: inputs.filter((one) => typeof one === 'string'),
      tokens: inputs.reduce<number>((sum, one) => sum + (Array.isArray(one) ? one.length : 0), 0),
    }
  },
  itemsOf: ({ input }) => inputsOf(input).length,
}

/** A single text goes as a text: the form that every server takes. */
function oneOrMany(texts: string[]): string | string[] {
  return texts.length === 1 ? texts[0]! : texts
}

/** A text, texts, token ids, or lists of token ids. */
function inputsOf(input: unknown): unknown[] {
  return Array.isArray(input) && typeof input[0] !== 'number' ? input : [input]
}

function readAnswer(answer: Json): Reading {
  const usage = object(answer['usage'])
  const reading: Reading = {
    ...(typeof answer['id'] === 'string' ? { id: answer['id'] } : {}),
    ...usageOf({
      inputTokens: count(usage['prompt_tokens']) ?? count(usage['total_tokens']),
      cachedTokens: count(object(usage['prompt_tokens_details'])['cached_tokens']),
    }),
  }
  const vectors = objects(answer['data'])
  const lacking = vectors.findIndex(({ embedding }) => !isVector(embedding))
  if (vectors.length === 0) return { ...reading, missing: 'the answer has no "data" with embeddings' }
  if (lacking >= 0) return { ...reading, missing: `the answer has no vector in "data[${lacking}].embedding"` }
  return { ...reading, isPackage: true, items: differentResults(vectors) }
}

/** Numbers, or with `encoding_format: 'base64'` a text. */
function isVector(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && typeof value[0] === 'number' : words(value) !== ''
}
