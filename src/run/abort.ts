/** Waiting that an abort cuts short. */
import { clearTimeout, setTimeout } from 'node:timers'

export function onAbort(signal: AbortSignal | undefined, action: () => void): void {
  if (signal?.aborted) action()
  else signal?.addEventListener('abort', action, { once: true })
}

export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    onAbort(signal, () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
