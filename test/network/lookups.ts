/** An API module whose load thread finds names as a test says: `lookups` of the URL tells how. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A module for `api` that speaks as `openai_completions` would, and looks up every name as 127.0.0.1.
 *
 * @param plan text of a function of the number of the lookup (from 0): `true` never answers, a number answers after so
 *   many milliseconds, a text fails with this code
 * @returns its path
 */
export function lookupsBy(plan: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'perfgate-')), 'api.mjs')
  writeFileSync(
    path,
    `import dns from 'node:dns'
import { isMainThread } from 'node:worker_threads'
const plan = ${plan}
let number = 0
// The calling thread reads this too: only where load is sent from is anything changed.
if (!isMainThread) patch()
function patch() {
  dns.lookup = (name, options, callback) => {
    const done = (error) => error ? callback(error) : options.all
      ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)
    const how = plan(number++)
    if (how === true) return
    if (typeof how === 'number') return void setTimeout(done, how)
    setImmediate(() => done(Object.assign(new Error('getaddrinfo ' + how + ' ' + name), { code: how, hostname: name })))
  }
}
const read = ({ choices: [choice], usage }) => choice === undefined
  ? { usage: { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } }
  : {
  isPackage: true,
  ...(choice.delta.content ? { text: choice.delta.content } : {}),
  ...(choice.finish_reason ? { finishReason: choice.finish_reason } : {}),
}
export default {
  path: '/v1/chat/completions',
  buildRequest: ({ text }, { model, stream }) => ({ model, stream, messages: [{ role: 'user', content: text }] }),
  onEvent: read,
}
`,
  )
  return path
}
