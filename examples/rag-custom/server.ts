/** A RAG endpoint with a protocol of its own: finds the passages of a question, asks the model, streams the answer with its sources. */
import { createServer, type ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

const PASSAGES = [
  { id: 'returns', text: 'Goods can be returned within 30 days. The refund is paid within a week.' },
  { id: 'delivery', text: 'Parcels leave on weekdays and arrive after two days.' },
  { id: 'warranty', text: 'The warranty of two years covers every part but the battery.' },
]

/** Passages with the most words of the question first. */
function retrieve(question: string): typeof PASSAGES {
  const words = new Set(question.toLowerCase().match(/\w+/g))
  const shared = (text: string): number => (text.toLowerCase().match(/\w+/g) ?? []).filter((w) => words.has(w)).length
  return PASSAGES.toSorted((a, b) => shared(b.text) - shared(a.text)).slice(0, 2)
}

async function answer(question: string, response: ServerResponse): Promise<void> {
  const passages = retrieve(question)
  const send = (event: object): void => void response.write(`data: ${JSON.stringify(event)}\n\n`)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  send({ kind: 'sources', ids: passages.map(({ id }) => id) })
  const model = await fetch(`${process.env.MODEL_URL}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'qwen2.5',
      stream: true,
      max_tokens: 64,
      messages: [
        { role: 'system', content: `Answer from these passages:\n${passages.map(({ text }) => text).join('\n')}` },
        { role: 'user', content: question },
      ],
    }),
  })
  if (!model.ok || model.body === null) throw new Error(`the model answered ${model.status}`)
  for await (const line of createInterface({ input: Readable.fromWeb(model.body as ReadableStream) })) {
    if (!line.startsWith('data: {')) continue
    const text = JSON.parse(line.slice('data: '.length)).choices[0]?.delta?.content
    if (text) send({ kind: 'answer', text })
  }
  send({ kind: 'end' })
  response.end()
}

createServer(async (request, response) => {
  if (request.url === '/health') return void response.end('ok')
  let body = ''
  for await (const chunk of request) body += chunk
  await answer(JSON.parse(body).question, response).catch((error: unknown) => {
    if (!response.headersSent) response.writeHead(502)
    response.end(`data: ${JSON.stringify({ error: { message: String(error) } })}\n\n`)
  })
}).listen(Number(process.env.PORT ?? 8002), '127.0.0.1')
