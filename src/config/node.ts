/** Which Node this package runs on. Nothing else is imported here, so that an older Node can read it. */

const LEAST = [22, 19] as const

/** @returns a sentence where the Node that runs this is too old */
export function tooOldNode(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return undefined
  return `perfgate: needs Node ${LEAST.join('.')} or newer, this is Node ${process.versions.node} (${process.execPath}); install a newer Node`
}

/** @throws Error which says the Node that is needed */
export function requireNode(): void {
  const text = tooOldNode()
  if (text !== undefined) throw new Error(text)
}
