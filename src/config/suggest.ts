/** "Did you mean …": the known name nearest to a mistyped one. */
import leven from 'leven'

/** The nearest of `known` to `name` by edit distance, or undefined when nothing is near enough to be a typo. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase()
  const limit = Math.max(2, Math.floor(wanted.length * 0.4))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of known) {
    const distance = leven(wanted, candidate.toLowerCase())
    // As many changes as letters: the two have nothing in common, as `-n` and `--ca`.
    if (distance < bestDistance && distance < Math.max(wanted.length, candidate.length)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `, did you mean "x"?` or, where nothing is near, the list of what exists. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return near === undefined ? `; known: ${known.join(', ')}` : `, did you mean "${near}"?`
}
