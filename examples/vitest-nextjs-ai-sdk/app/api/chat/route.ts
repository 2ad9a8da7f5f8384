/** The chat route of a Next.js app, as the AI SDK has it: UI messages in, a stream of UI message parts out. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { convertToModelMessages, streamText, type UIMessage } from 'ai'

const provider = createOpenAICompatible({
  name: 'upstream',
  baseURL: process.env.LLM_BASE_URL ?? 'http://127.0.0.1:8000/v1',
  ...(process.env.LLM_API_KEY === undefined ? {} : { apiKey: process.env.LLM_API_KEY }),
})

export async function POST(request: Request): Promise<Response> {
  const { messages } = (await request.json()) as { messages: UIMessage[] }
  const result = streamText({
    model: provider.chatModel(process.env.LLM_MODEL ?? 'qwen2.5'),
    system: 'You answer in one paragraph.',
    messages: await convertToModelMessages(messages),
    maxOutputTokens: 64,
    abortSignal: request.signal,
  })
  return result.toUIMessageStreamResponse()
}
