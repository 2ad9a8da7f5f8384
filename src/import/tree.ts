/** A file of another tool as a tree: what is taken out of it is known, and so is what was left. */

export interface Tree {
  /** The value at a path such as `load.stages[0].rate`, which then counts as read; undefined: there is none. */
  take(path: string): unknown
  /** The value without reading it. */
  peek(path: string): unknown
  /** Paths and values that nobody took, the innermost ones. */
  left(): [path: string, value: unknown][]
}

export function treeOf(root: unknown): Tree {
  const taken: string[] = []
  const peek = (path: string): unknown =>
    partsOf(path).reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined | null)?.[part], root)
  return {
    peek,
    take(path) {
      const value = peek(path)
      if (value !== undefined) taken.push(path)
      return value ?? undefined
    },
    left: () => leaves(root, '').filter(([path]) => !taken.some((one) => path === one || isIn(path, one))),
  }
}

function isIn(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`)
}

function partsOf(path: string): string[] {
  return path === '' ? [] : path.replace(/\[(\d+)\]/g, '.$1').split('.')
}

function leaves(value: unknown, path: string): [string, unknown][] {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [[path, value]]
  const entries = Array.isArray(value)
    ? value.map((item, i) => [`${path}[${i}]`, item] as const)
    : Object.entries(value).map(([key, item]) => [path === '' ? key : `${path}.${key}`, item] as const)
  // What is empty was written all the same.
  return entries.length === 0 ? [[path, value]] : entries.flatMap(([inner, item]) => leaves(item, inner))
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
