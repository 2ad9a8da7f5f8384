import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { answersOf, BatchWriter, C, gapsOf, ROW, type SampleBatch, textOf } from '../../src/samples/index.ts'

function written(rows: number): SampleBatch {
  const writer = new BatchWriter(3)
  for (let i = 0; i < rows; i++) {
    const row = new Float64Array(ROW).fill(Number.NaN)
    row[C.index] = i
    row[C.startedAt] = 1000 + i / 4
    const gaps = Float64Array.from({ length: i % 5 }, (_, gap) => i + gap / 8)
    writer.add(row, gaps, gaps.length, [`answer ${i} ✓`, '', Buffer.from(`id-${i}`), 'stop', ''])
  }
  return writer.take()
}

function expectWritten(batch: SampleBatch, rows: number): void {
  expect(batch.count).toBe(rows)
  expect(batch.worker).toBe(3)
  for (let i = 0; i < rows; i++) {
    expect(batch.numbers[i * ROW + C.index]).toBe(i)
    expect(batch.numbers[i * ROW + C.startedAt]).toBe(1000 + i / 4)
    expect([...gapsOf(batch, i)]).toEqual(Array.from({ length: i % 5 }, (_, gap) => i + gap / 8))
    expect(answersOf(batch, i)).toEqual([`answer ${i} ✓`])
    expect(textOf(batch, i, 'requestId')).toBe(`id-${i}`)
    expect(textOf(batch, i, 'failure')).toBe('')
  }
}

test.each([0, 1, 3, 200])('a batch of %i rows holds what was written', (rows) => expectWritten(written(rows), rows))

test('what a writer takes later leaves an earlier batch as it is', () => {
  const writer = new BatchWriter(0)
  const row = new Float64Array(ROW).fill(1)
  writer.add(row, new Float64Array([5]), 1, ['first'])
  const first = writer.take()
  writer.add(row.fill(2), new Float64Array([6]), 1, ['other'])
  const second = writer.take()
  expect([first.numbers[0], first.gaps[0], textOf(first, 0, 'answer')]).toEqual([1, 5, 'first'])
  expect([second.numbers[0], second.gaps[0], textOf(second, 0, 'answer')]).toEqual([2, 6, 'other'])
})

test('another thread is given the memory itself, and none is taken from the one that sends', () => {
  const batch = written(50)
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(batch)
  const { message } = receiveMessageOnPort(port2) as { message: SampleBatch }
  expectWritten(message, 50)
  expectWritten(batch, 50)
  message.numbers[0] = -1
  expect(batch.numbers[0]).toBe(-1)
  port1.close()
})
