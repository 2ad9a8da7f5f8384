import { describe, expect, it } from 'vitest'
import { pacer } from '../../src/datasets/index.ts'

function work(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('pacer', () => {
  it('gives timers their turn within long work, and tells every few seconds how far it is', async () => {
    const told: string[] = []
    const pace = pacer('preparing prompts', 4, (text) => told.push(text))
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    for (let done = 1; done <= 4; done++) {
      work(1500)
      await pace(done)
    }
    clearInterval(timer)
    expect(ticks).toBeGreaterThanOrEqual(3)
    expect(told).toEqual(['preparing prompts: 4 of 4'])
  })

  it('says nothing of short work', async () => {
    const told: string[] = []
    const pace = pacer('preparing prompts', 2, (text) => told.push(text))
    await pace(1)
    await pace(2)
    expect(told).toEqual([])
  })
})
