import { expect, test } from 'vitest'
import { startCannedServer } from '../../src/load/cannedServer.ts'

test('answers are the same text, whether they come whole or event by event, but for some long ones', async () => {
  const server = await startCannedServer()
  try {
    const texts = new Set<string>()
    const reads: number[] = []
    for (let i = 0; i < 250; i++) {
      const response = await fetch(`http://127.0.0.1:${server.port}/v1/chat/completions`, {
        method: 'POST',
        body: '{}',
      })
      let text = ''
      let count = 0
      const decoder = new TextDecoder()
      for await (const bytes of response.body!) {
        text += decoder.decode(bytes, { stream: true })
        count++
      }
      texts.add(text)
      reads.push(count)
    }
    // The last one is long.
    expect(texts.size).toBe(2)
    const [events, long] = [...texts].map((text) => text.split('\n\n').filter((event) => event !== ''))
    expect(events).toHaveLength(36)
    expect(long).toHaveLength(604)
    expect(events!.at(-1)).toBe('data: [DONE]')
    expect(long!.at(-1)).toBe('data: [DONE]')
    // Each eighth answer after the first 200 comes in pieces, and so does the long one.
    expect(reads.flatMap((count, i) => (count > 2 ? [i + 1] : []))).toEqual([208, 216, 224, 232, 240, 248, 250])
  } finally {
    server.close()
  }
})
