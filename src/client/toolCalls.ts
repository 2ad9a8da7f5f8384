/** Puts the calls of tools in an answer together from the pieces in which a stream brings them. */
import type { CallPiece } from '../apis/api.ts'
import type { ToolCall } from '../apis/parts.ts'

export class ToolCalls {
  #calls: ToolCall[] = []
  /** The latest call of each index: an answer may have very many. */
  readonly #latest = new Map<number | undefined, ToolCall>()

  /** Forgets everything; a new answer starts. */
  reset(): void {
    if (this.#calls.length === 0) return
    this.#calls = []
    this.#latest.clear()
  }

  add(pieces: readonly CallPiece[]): void {
    for (const { index, id = '', name = '', arguments: args = '' } of pieces) {
      const call = this.#callOf(index, id, name)
      if (id !== '') call.id = id
      call.name += name
      call.arguments += args
    }
  }

  /** Calls with a name, in the order in which they began; an id that the server did not give is empty. */
  get all(): ToolCall[] {
    return this.#calls.filter(({ name }) => name !== '')
  }

  /** Some servers give every call the index 0, or none: then another id begins another call. */
  #callOf(index: number | undefined, id: string, name: string): ToolCall {
    const known = index === undefined ? this.#calls.at(-1) : this.#latest.get(index)
    const isOther =
      known !== undefined && (id === '' || known.id === '' ? index === undefined && name !== '' : id !== known.id)
    if (known !== undefined && !isOther) return known
    const call: ToolCall = { id, name: '', arguments: '' }
    this.#calls.push(call)
    this.#latest.set(index, call)
    return call
  }
}
