/** A server that answers as a test says, and keeps what it was asked. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Answering {
  /** Without a path. */
  url: string
  /** Bodies of the requests, in the order in which they came. */
  asked: Record<string, unknown>[]
}

/** @param answer events of a stream, or a whole answer that is no array; of the body and how many came before it */
export async function answering(
  answer: (body: Record<string, unknown>, index: number) => unknown | Promise<unknown>,
): Promise<Answering> {
  const asked: Record<string, unknown>[] = []
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await textOf(request)) as Record<string, unknown>
    asked.push(body)
    const given = await answer(body, asked.length - 1)
    if (!Array.isArray(given)) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(given))
      return
    }
    response.setHeader('content-type', 'text/event-stream')
    response.end(
      given.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The events of a chat completion with these deltas, and then a finish reason and usage. */
export function chat(deltas: object[], finish = 'stop', usage?: object): unknown[] {
  return [
    ...deltas.map((delta) => ({ id: 'c', choices: [{ index: 0, delta, finish_reason: null }] })),
    { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    ...(usage === undefined ? [] : [{ id: 'c', choices: [], usage }]),
    '[DONE]',
  ]
}
