/** One kind of long load: what it did, and which of its promises it broke. */

export interface Soak {
  name: string
  what: string
  run(small: boolean): Promise<{ figures: string[]; broken: string[] }>
}

/** What is said where a promise was not kept. */
export function brokenOf(promises: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(promises).flatMap(([promise, kept]) => (kept ? [] : [promise]))
}

export const count = (n: number): string => n.toLocaleString('en')
