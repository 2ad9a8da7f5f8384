/** An API module with a mistake that comes out on the load thread only, at the event that PLANTED_AT says. */
import { isMainThread } from 'node:worker_threads'

const { PLANTED, PLANTED_AT = '100' } = process.env
const at = Number(PLANTED_AT)
let events = 0

const mistakes: Record<string, () => void> = {
  throw: () =>
    void setTimeout(() => {
      throw new Error('planted error')
    }, 0),
  reject: () => void Promise.reject(new Error('planted rejection')),
  exit: () => process.exit(0),
  block: () => {
    for (;;);
  },
  // The wall clock jumps an hour back or forth each time it is read.
  clock: () => {
    let reads = 0
    const now = Date.now
    Date.now = () => now() + (++reads % 2 === 0 ? -3_600_000 : 3_600_000)
  },
}

if (PLANTED === 'clock') mistakes['clock']!()

export default {
  path: '/chat/completions',
  buildRequest: ({ text }: { text: unknown }, config: { model?: string }) => ({
    model: config.model,
    stream: true,
    messages: [{ role: 'user', content: String(text) }],
  }),
  onEvent(event: { choices?: { delta?: { content?: string }; finish_reason?: string | null }[] }) {
    if (!isMainThread && PLANTED !== 'clock' && ++events === at) mistakes[PLANTED!]!()
    const choice = event.choices?.[0]
    return { text: choice?.delta?.content ?? '', finishReason: choice?.finish_reason ?? undefined }
  },
}
