/** What a server's complaint quotes of the request it complains of: taken out where requests are not to be kept. */
import { masked } from './hide.ts'

/** A run of so many characters that is also in the request is a quotation of it. */
const QUOTED = 12
/** Looked for first, at every QUOTED / 2 characters of the request. */
const STEP = QUOTED / 2

/**
 * @param body JSON of the request. Its `model` may be quoted: a complaint about it is of no use without its name
 * @returns the text with `***` for each run of 12 or more characters that some other text of the body holds too
 */
export function withoutQuotes(text: string, body: string): string {
  if (text.length < QUOTED) return text
  const runs = new Map<string, number[]>()
  for (let at = 0; at + STEP <= text.length; at++) {
    const run = text.slice(at, at + STEP)
    const places = runs.get(run)
    if (places === undefined) runs.set(run, [at])
    else places.push(at)
  }
  const marked = new Uint8Array(text.length)
  for (const source of textsOf(body))
    for (let from = 0; from + STEP <= source.length; from += STEP)
      for (const at of runs.get(source.slice(from, from + STEP)) ?? []) {
        if (marked[at] === 1) continue
        let start = 0
        while (start < at && start < from && text[at - start - 1] === source[from - start - 1]) start++
        let end = STEP
        while (at + end < text.length && text[at + end] === source[from + end]) end++
        if (start + end >= QUOTED) marked.fill(1, at - start, at + end)
      }
  return masked(text, marked)
}

/** Every text of a body, as it is and as JSON writes it. */
function textsOf(body: string): string[] {
  const texts: string[] = []
  function collect(value: unknown, name = ''): void {
    if (typeof value === 'string' && value.length >= QUOTED && name !== 'model') {
      texts.push(value)
      const json = JSON.stringify(value).slice(1, -1)
      if (json !== value) texts.push(json, JSON.stringify(json).slice(1, -1))
    } else if (Array.isArray(value)) for (const one of value) collect(one)
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value)) collect(one, key)
  }
  try {
    collect(JSON.parse(body))
  } catch {
    texts.push(body)
  }
  return texts
}
