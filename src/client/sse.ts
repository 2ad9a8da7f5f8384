/**
 * Decodes a server-sent event stream from bytes, as the WHATWG HTML standard defines it (§ 9.2.6): LF, CRLF and CR
 * line ends, comments, `event:` and multi-line `data:`, a BOM at the start, and reads that split anywhere.
 */
import type { EventShapes } from './eventShapes.ts'
import type { EventTemplate } from './eventTemplate.ts'

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20
/** A buffer grown past this by one huge event is given back before the next stream. */
const KEEP_CAPACITY = 1 << 20
const DATA = Buffer.from('data')
const EVENT = Buffer.from('event')
const ERROR = Buffer.from('error')
const BRACE = 0x7b
const END = Buffer.from('\n\n')

/** Called for what the stream says, in order. */
export interface SseListener {
  /** An event that matched the template; its text is at `template.textStart…textEnd` of `bytes`. */
  onTemplateEvent(bytes: Uint8Array): void
  /** An event that has a known shape; what it says is in the `shapes`, its bytes lie from `start` to `end`. */
  onShapeEvent(bytes: Buffer, start: number, end: number): void
  /**
   * Any other event.
   * @param raw the event's bytes where they lie in one piece and a template may be learned from them
   */
  onEvent(data: string, type: string, raw: Uint8Array | undefined): void
  /**
   * A line that the standard passes over, but with which servers tell of failures.
   * @param text the value of a field `error`, or a line that is the beginning of a JSON object
   */
  onStray?(text: string, isField: boolean): void
}

export class SseDecoder {
  readonly #listener: SseListener
  readonly #template: EventTemplate
  readonly #shapes: EventShapes
  /** Bytes of an event that a read cut short, from the event's start. */
  #kept = Buffer.alloc(0)
  #keptLength = 0
  /** Where scanning goes on, the current line's start, and the data lines found; all from the event's start. */
  #scan = 0
  #line = 0
  #data: number[] = []
  #type = ''
  #skipLf = false
  #atStart = true

  constructor(listener: SseListener, template: EventTemplate, shapes: EventShapes) {
    this.#listener = listener
    this.#template = template
    this.#shapes = shapes
  }

  /** Forgets everything; a new stream starts. */
  reset(): void {
    this.#keptLength = 0
    if (this.#kept.length > KEEP_CAPACITY) this.#kept = Buffer.alloc(0)
    this.#scan = 0
    this.#line = 0
    this.#data.length = 0
    this.#type = ''
    this.#skipLf = false
    this.#atStart = true
  }

  /** Bytes of an unfinished event that are waiting for their rest. */
  get pendingBytes(): number {
    return this.#keptLength
  }

  /** @param inMemory the chunk lies in the memory of direct reads */
  push(chunk: Buffer, inMemory = false): void {
    if (this.#keptLength === 0) {
      this.#decode(chunk, chunk.length, true, inMemory ? chunk.byteOffset : -1)
      return
    }
    const length = this.#keptLength + chunk.length
    this.#reserve(length)
    chunk.copy(this.#kept, this.#keptLength)
    this.#keptLength = length
    this.#decode(this.#kept, length, false, -1)
  }

  /** No more bytes come: an event that lacks its blank line is given out, where the standard would drop it. */
  end(): void {
    if (this.#keptLength > 0) this.push(END)
  }

  /** @param lasting whether `bytes` stay as they are after this call (the kept buffer is written over) */
  #decode(bytes: Buffer, end: number, lasting: boolean, base: number): void {
    let start = 0
    if (this.#atStart && this.#scan === 0) {
      if (end < 3 && isBomPrefix(bytes, end)) return this.#keep(bytes, 0, end)
      this.#atStart = false
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3
    }
    for (;;) {
      if (this.#scan === 0) {
        if (this.#skipLf && start < end) {
          if (bytes[start] === LF) start++
          this.#skipLf = false
        }
        if (start === end) {
          this.#keptLength = 0
          return
        }
        const matched = this.#template.match(bytes, start, end, base)
        if (matched >= 0) {
          this.#listener.onTemplateEvent(bytes)
          start = matched
          continue
        }
        const known = this.#shapes.match(bytes, start, end, base)
        if (known >= 0) {
          this.#listener.onShapeEvent(bytes, start, known)
          start = known
          continue
        }
      }
      const next = this.#scanEvent(bytes, start, end, lasting)
      if (next < 0) break
      start = next
    }
    this.#keep(bytes, start, end)
  }

  /** Reads lines from where scanning stopped; the index past the event's blank line, or −1 when it is not complete. */
  #scanEvent(bytes: Buffer, start: number, end: number, lasting: boolean): number {
    let at = start + this.#scan
    let line = start + this.#line
    while (at < end) {
      const byte = bytes[at]!
      if (byte !== LF && byte !== CR) {
        at++
        continue
      }
      if (byte === LF && this.#skipLf && at === line) {
        this.#skipLf = false
        line = ++at
        continue
      }
      this.#skipLf = false
      const lineEnd = at++
      if (byte === CR) {
        if (at < end) {
          if (bytes[at] === LF) at++
        } else this.#skipLf = true
      }
      if (lineEnd > line) {
        this.#readLine(bytes, start, line, lineEnd)
        line = at
        continue
      }
      this.#dispatch(bytes, start, at, lasting)
      this.#scan = 0
      this.#line = 0
      return at
    }
    this.#scan = at - start
    this.#line = line - start
    return -1
  }

  #readLine(bytes: Buffer, start: number, line: number, lineEnd: number): void {
    let colon = line
    while (colon < lineEnd && bytes[colon] !== COLON) colon++
    if (colon === line) return
    let value = Math.min(colon + 1, lineEnd)
    if (value < lineEnd && bytes[value] === SPACE) value++
    if (isField(bytes, line, colon, DATA)) this.#data.push(value - start, lineEnd - start)
    else if (isField(bytes, line, colon, EVENT)) this.#type = bytes.toString('utf8', value, lineEnd)
    else if (bytes[line] === BRACE) this.#listener.onStray?.(bytes.toString('utf8', line, lineEnd), false)
    else if (isField(bytes, line, colon, ERROR)) this.#listener.onStray?.(bytes.toString('utf8', value, lineEnd), true)
  }

  #dispatch(bytes: Buffer, start: number, end: number, lasting: boolean): void {
    const data = this.#data
    const type = this.#type
    this.#type = ''
    if (data.length === 0) return
    let text = bytes.toString('utf8', start + data[0]!, start + data[1]!)
    for (let i = 2; i < data.length; i += 2)
      text += `\n${bytes.toString('utf8', start + data[i]!, start + data[i + 1]!)}`
    const learnable = lasting && data.length === 2 && !this.#skipLf
    data.length = 0
    this.#listener.onEvent(text, type, learnable ? bytes.subarray(start, end) : undefined)
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const length = end - start
    this.#reserve(length)
    if (length > 0 && (bytes !== this.#kept || start > 0)) bytes.copy(this.#kept, 0, start, end)
    this.#keptLength = length
  }

  #reserve(length: number): void {
    if (length <= this.#kept.length) return
    const larger = Buffer.allocUnsafe(Math.max(length, this.#kept.length * 2, 1024))
    this.#kept.copy(larger, 0, 0, this.#keptLength)
    this.#kept = larger
  }
}

function isField(bytes: Buffer, from: number, to: number, name: Buffer): boolean {
  if (to - from !== name.length) return false
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name[i]) return false
  return true
}

function isBomPrefix(bytes: Buffer, end: number): boolean {
  return end === 0 || (bytes[0] === 0xef && (end === 1 || bytes[1] === 0xbb))
}
