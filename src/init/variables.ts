/** Which environment variables of a project name its endpoint. Only names are read, values stay where they are. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Variables {
  /** `LLM_URL` where the project has none of its own. */
  url: string
  model: string
  /** Absent: perfgate itself reads PERFGATE_API_KEY, then OPENAI_API_KEY. */
  apiKey: string | undefined
}

const FILES = ['.env.example', '.env.sample', '.env.template', '.env', '.env.local', '.env.test', '.env.development']

const URL_NAMES = [
  /^LLM_(BASE_)?URL$/,
  /^OPENAI_(API_)?BASE(_URL)?$/,
  /^(VLLM|OLLAMA|SGLANG|TGI|LITELLM|LLAMA|INFERENCE|MODEL|CHAT|AI)_\w*(URL|ENDPOINT|HOST|API_BASE)$/,
]
const MODEL_NAMES = [
  /^LLM_MODEL$/,
  /^OPENAI_MODEL(_NAME)?$/,
  /^(VLLM|OLLAMA|SGLANG|TGI|LITELLM|INFERENCE|CHAT|AI)_MODEL(_NAME)?$/,
  /^MODEL(_NAME)?$/,
]
const KEY_NAMES = [/^LLM_API_KEY$/, /^(VLLM|OLLAMA|SGLANG|TGI|LITELLM|INFERENCE|CHAT|AI)_API_KEY$/]

export function findVariables(folder: string, env: Record<string, string | undefined>): Variables {
  const names = [...FILES.flatMap((file) => namesIn(join(folder, file))), ...Object.keys(env)]
  const first = (patterns: readonly RegExp[]): string | undefined => {
    for (const pattern of patterns) {
      const found = names.find((name) => pattern.test(name))
      if (found !== undefined) return found
    }
    return undefined
  }
  return { url: first(URL_NAMES) ?? 'LLM_URL', model: first(MODEL_NAMES) ?? 'LLM_MODEL', apiKey: first(KEY_NAMES) }
}

function namesIn(path: string): string[] {
  if (!existsSync(path)) return []
  return [...readFileSync(path, 'utf8').matchAll(/^\s*(?:export\s+)?#?\s*([A-Z][A-Z0-9_]*)\s*=/gm)].map(
    ([, name]) => name!,
  )
}
