/** EvalScope's names for a server that is started for the run: what it speaks is OpenAI's. */
import { ConfigError } from '../config/errors.ts'
import type { Api } from './api.ts'
import { openai } from './openai.ts'

export const local: Api = {
  ...openai,
  name: 'local',
  description: 'OpenAI chat or completions of a server that --local-command starts',
  check(config) {
    if (config.localCommand !== undefined) return
    throw new ConfigError(
      `option "localCommand": api local needs the command that starts the server, for instance "llama-server -m model.gguf --port {port}"`,
      'localCommand',
    )
  },
}

export const localVllm: Api = {
  ...openai,
  name: 'local_vllm',
  description: 'OpenAI chat or completions of a vLLM server, started with "vllm serve <model>"',
  check(config) {
    if (config.localCommand !== undefined || config.model !== undefined) return
    throw new ConfigError('option "model": api local_vllm needs the model that vLLM is to serve', 'model')
  },
}
