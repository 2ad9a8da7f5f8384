/** An environment that does to timers and clocks what jsdom does: timers are numbers, and the clock knows only its own time. */
import type { Environment } from 'vitest/runtime'

type Timer = ReturnType<typeof setTimeout>

export default {
  name: 'window',
  viteEnvironment: 'ssr',
  setup(global: typeof globalThis) {
    const own = { ...timersOf(global) }
    const open = new Map<number, Timer>()
    const numbered =
      (start: (run: () => void, ms?: number) => Timer) =>
      (run: () => void, ms?: number): number => {
        const id = open.size + 1
        open.set(id, start(run, ms))
        return id
      }
    const clear = (id: number): void => own.clearTimeout(open.get(id))
    const beganAt = Date.now()
    Object.assign(global, {
      setTimeout: numbered(own.setTimeout),
      setInterval: numbered(own.setInterval),
      clearTimeout: clear,
      clearInterval: clear,
      setImmediate: undefined,
      clearImmediate: undefined,
    })
    const clock = Object.getOwnPropertyDescriptor(global, 'performance')!
    Object.defineProperty(global, 'performance', { value: { now: () => Date.now() - beganAt }, configurable: true })
    return {
      teardown() {
        Object.assign(global, own)
        Object.defineProperty(global, 'performance', clock)
      },
    }
  },
} satisfies Environment

function timersOf({
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
}: typeof globalThis) {
  return { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate }
}
