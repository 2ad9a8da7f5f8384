/** The tokenizer of a scenario: the one named, or gpt-tokenizer's for the model. */
import { existsSync } from 'node:fs'
import type { NetworkOptions } from '../config/route.ts'
import { isHubName, locate } from '../hub/index.ts'
import { loadTokenCounter, type Tokenizer } from './count.ts'
import { loadHuggingFaceTokenizer, TEMPLATE_FILES } from './huggingface.ts'

export interface TokenizerChoice extends NetworkOptions {
  model?: string | undefined
  tokenizerPath?: string | undefined
  dataSource?: 'modelscope' | 'huggingface' | 'local' | undefined
}

/**
 * @param notice told about a download
 * @throws ConfigError of option `tokenizerPath` when it cannot be found or used
 */
export async function loadTokenizer(
  { model, tokenizerPath, dataSource, ...network }: TokenizerChoice,
  notice: (text: string) => void = () => {},
): Promise<Tokenizer> {
  if (tokenizerPath === undefined) return loadTokenCounter(model ?? '')
  if (existsSync(tokenizerPath) || !isHubName(tokenizerPath)) return loadHuggingFaceTokenizer(tokenizerPath)
  const find = (file: string, optional: boolean): Promise<string | undefined> =>
    locate({
      kind: 'models',
      id: tokenizerPath,
      file,
      source: dataSource ?? 'modelscope',
      option: 'tokenizerPath',
      optional,
      notice,
      network,
    })
  const file = await find('tokenizer.json', false)
  await find('tokenizer_config.json', true)
  for (const name of TEMPLATE_FILES) await find(name, true)
  return loadHuggingFaceTokenizer(file!)
}
