/** Cuts runs of one kind of character, on which byte-pair encoding takes quadratic time, into short ones. */

/**
 * The encodings first split a text at changes between letters, digits, white space and the rest, then merge within
 * each run; gpt-tokenizer's merging is quadratic in the run's length: 100,000 Chinese characters without punctuation
 * took 37 seconds. Cut this often, the count is off by about one token per cut, far less than other estimates here.
 */
const LONGEST_RUN = 256

/** The look-behinds let a run be tried from its beginning only, which keeps the search itself linear. */
const LONG_RUN =
  /(?<![\p{L}\p{M}])[\p{L}\p{M}]{257,}|(?<!\s)\s{257,}|(?<![^\s\p{L}\p{M}\p{N}])[^\s\p{L}\p{M}\p{N}]{257,}/gu

/** The parts of a text, in order; a text without long runs is one part. */
export function cutLongRuns(text: string): string[] {
  if (text.length <= LONGEST_RUN) return [text]
  const parts: string[] = []
  let start = 0
  for (const { 0: run, index } of text.matchAll(LONG_RUN))
    for (let at = index + LONGEST_RUN; at < index + run.length; at += LONGEST_RUN) {
      // Between the halves of a surrogate pair there is no place to cut.
      const end = isLowSurrogate(text.charCodeAt(at)) ? at + 1 : at
      parts.push(text.slice(start, end))
      start = end
    }
  parts.push(text.slice(start))
  return parts
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
