import { once } from 'node:events'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { collectGarbage } from '../../src/load/collect.ts'

test('garbage is collected, and other contexts are as they were', async () => {
  const held = new WeakRef({ size: 1 })
  // What a WeakRef was made of lives to the end of its turn.
  await new Promise((resolve) => setTimeout(resolve))
  collectGarbage()
  expect(held.deref()).toBeUndefined()
  expect(runInNewContext('typeof gc')).toBe('undefined')
})

test('threads that ask at once all get it: the flag is that of the whole process', async () => {
  const url = new URL('../../src/load/collect.ts', import.meta.url).href
  // Loaded anew each time, as a new thread has it.
  const script = `
    const { parentPort } = require('node:worker_threads')
    const work = async () => {
      for (let i = 0; i < 100; i++) {
        const { collectGarbage } = await import(${JSON.stringify(url)} + '?' + i)
        const held = new WeakRef({ size: 1 })
        await new Promise((resolve) => setTimeout(resolve))
        if (!collectGarbage() || held.deref() !== undefined) return 'not collected'
      }
      return 'collected'
    }
    work().catch((error) => error.message).then((told) => parentPort.postMessage(told))`
  const told = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const worker = new Worker(script, { eval: true, execArgv: ['--disable-warning=ExperimentalWarning'] })
      const [message] = await once(worker, 'message')
      await worker.terminate()
      return message as string
    }),
  )
  expect(told).toEqual(Array(3).fill('collected'))
  expect(runInNewContext('typeof gc')).toBe('undefined')
})
