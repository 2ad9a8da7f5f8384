/** What options may be made of, wherever they come from: no key that JavaScript gives a meaning, no circle, no abyss. */

/** What is wrong with a value, and where in it. */
export interface Unfit {
  path: PropertyKey[]
  why: string
}

const DEEPEST = 100

/**
 * Looks through lists and plain records; functions, dates and the like are left alone.
 *
 * @returns undefined where nothing is wrong
 */
export function findUnfit(value: unknown): Unfit | undefined {
  const around = new Set<unknown>()
  const visit = (part: unknown, path: readonly PropertyKey[]): Unfit | undefined => {
    if (!isPlain(part)) return undefined
    if (around.has(part)) return { path: [...path], why: 'contains itself; write its value out' }
    if (path.length > DEEPEST) return { path: [...path], why: `is nested more than ${DEEPEST} levels deep` }
    around.add(part)
    try {
      for (const [key, one] of Object.entries(part)) {
        if (key === '__proto__')
          return { path: [...path, key], why: '"__proto__" cannot be a name; JavaScript keeps it for itself' }
        if (typeof one !== 'object') continue
        const unfit = visit(one, [...path, key])
        if (unfit !== undefined) return unfit
      }
      return undefined
    } finally {
      around.delete(part)
    }
  }
  return visit(value, [])
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
