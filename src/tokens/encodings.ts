/** Which encoding a model uses, and its tables, loaded when first needed. */

export type EncodingName =
  | 'gpt2'
  | 'r50k_base'
  | 'p50k_base'
  | 'p50k_edit'
  | 'cl100k_base'
  | 'o200k_base'
  | 'o200k_harmony'

export interface Encoding {
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number
  encode(text: string, options: { disallowedSpecial: Set<string> }): number[]
  decode(ids: Iterable<number>): string
  readonly vocabularySize: number
}

/** Named one by one, so that bundlers and the type checker can follow each import. */
const LOADERS: Record<EncodingName, () => Promise<Encoding>> = {
  gpt2: () => import('gpt-tokenizer/encoding/gpt2'),
  r50k_base: () => import('gpt-tokenizer/encoding/r50k_base'),
  p50k_base: () => import('gpt-tokenizer/encoding/p50k_base'),
  p50k_edit: () => import('gpt-tokenizer/encoding/p50k_edit'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  o200k_harmony: () => import('gpt-tokenizer/encoding/o200k_harmony'),
}

export function loadEncoding(name: EncodingName): Promise<Encoding> {
  return LOADERS[name]()
}

/** True where gpt-tokenizer's table of models, rather than its default, decides: then its counts are the model's own. */
export async function isKnownModel(model: string): Promise<boolean> {
  return (await lookUp(model)) !== undefined
}

/** The model's encoding where gpt-tokenizer knows the model, o200k_base for all others. */
export async function encodingOf(model: string): Promise<EncodingName> {
  const { DEFAULT_ENCODING } = await import('gpt-tokenizer/mapping')
  return (await lookUp(model)) ?? DEFAULT_ENCODING
}

async function lookUp(model: string): Promise<EncodingName | undefined> {
  const { modelToEncodingMap } = await import('gpt-tokenizer/mapping')
  const encodings = new Map<string, EncodingName>(Object.entries(modelToEncodingMap))
  // Gateways put their own name before the model's (`openai/gpt-4`), fine-tunes are `ft:<model>:<organisation>…`.
  const name = model.slice(model.lastIndexOf('/') + 1).replace(/^ft:([^:]*).*$/, '$1')
  return encodings.get(name) ?? encodings.get(familyOf(name, encodings.keys()))
}

/** The longest known GPT name that `name` is a variant of: `gpt-4-32k` of `gpt-4-32k-0613`, but not `gpt-4` of `gpt-4o`. */
function familyOf(name: string, known: Iterable<string>): string {
  let family = ''
  for (const candidate of known)
    if (candidate.startsWith('gpt') && candidate.length > family.length && name.startsWith(`${candidate}-`))
      family = candidate
  return family
}
