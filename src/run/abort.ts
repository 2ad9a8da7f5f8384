/** What an abort sets off. */

export function onAbort(signal: AbortSignal | undefined, action: () => void): void {
  if (signal?.aborted) action()
  else signal?.addEventListener('abort', action, { once: true })
}
