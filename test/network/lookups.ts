/** Name lookups of this process as a test says: every name is this machine's, at once, late, never, or not at all. */
import dns from 'node:dns'

type Callback = (error: Error | null, address?: unknown, family?: number) => void

/**
 * @param plan of the number of the lookup (from 0): `never` does not answer, a number answers after so many milliseconds,
 *   any other text fails with this code
 * @returns puts the real one back
 */
export function planLookups(plan: (number: number) => number | string): () => void {
  const { lookup } = dns
  let number = 0
  const planned = (name: string, { all }: { all?: boolean }, callback: Callback): void => {
    const how = plan(number++)
    if (how === 'never') return
    if (typeof how === 'number') {
      const address = '127.0.0.1'
      setTimeout(() => (all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)), how)
      return
    }
    const error = Object.assign(new Error(`getaddrinfo ${how} ${name}`), { code: how, hostname: name })
    setImmediate(() => callback(error))
  }
  dns.lookup = planned as typeof lookup
  return () => {
    dns.lookup = lookup
  }
}
