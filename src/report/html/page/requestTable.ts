/** Filters, and the requests as a table with a waterfall: waiting, connecting, first token, decoding. */
import { milliseconds } from './chart.ts'
import { element, svg } from './element.ts'
import { EVERYTHING, type Filter, filterRows, type Requests } from './requests.ts'

export interface RequestTable {
  filters: HTMLElement
  table: HTMLElement
  setTimes(from: number, to: number): void
}

export interface RequestTableEvents {
  onFilter(rows: number[]): void
  onOpen(row: number): void
  onLogarithmic(on: boolean): void
}

const PAGE = 50
const BAR_WIDTH = 320

type Order = 'start' | 'latency' | 'firstToken' | 'outputTokens'

export function requestTable(requests: Requests, events: RequestTableEvents): RequestTable {
  let filter: Filter = { ...EVERYTHING }
  let rows: number[] = []
  let ordered: number[] = []
  let order: { by: Order; down: boolean } = { by: 'start', down: false }
  let page = 0

  const status = element('output', { 'aria-live': 'polite' })
  const outcome = choice('Outcome', ['all', 'succeeded', 'failed'])
  const cause = choice('Cause', ['', ...requests.causes], 'any')
  const least = input('Latency at least, ms', 'number')
  least.field.setAttribute('min', '0')
  const words = input('Words in request or response', 'search')
  const logarithmic = element('input', { type: 'checkbox' })
  const reset = element('button', { type: 'button' }, 'Show all')
  const filters = element(
    'form',
    { class: 'filters', 'aria-label': 'Filter requests' },
    outcome.label,
    cause.label,
    least.label,
    words.label,
    element('label', { class: 'check' }, logarithmic, 'Logarithmic'),
    reset,
    status,
  )
  filters.addEventListener('submit', (event) => event.preventDefault())
  const read = (): void => {
    filter = {
      ...filter,
      outcome: outcome.field.value as Filter['outcome'],
      cause: cause.field.value,
      minLatency: Number(least.field.value) || 0,
      words: words.field.value,
    }
    apply()
  }
  for (const { field } of [outcome, cause]) field.addEventListener('change', read)
  for (const { field } of [least, words]) field.addEventListener('input', read)
  logarithmic.addEventListener('change', () => events.onLogarithmic(logarithmic.checked))
  reset.addEventListener('click', () => {
    filters.reset()
    filter = { ...EVERYTHING }
    apply()
  })

  const body = element('tbody')
  const pages = element('p', { class: 'pages' })
  const heads: [string, Order | undefined][] = [
    ['Request', undefined],
    ['Start', 'start'],
    ['Outcome', undefined],
    ['TTFT', 'firstToken'],
    ['Latency', 'latency'],
    ['Tokens out', 'outputTokens'],
    ['Waterfall', undefined],
  ]
  const head = element('tr')
  const table = element(
    'div',
    {},
    element(
      'p',
      { class: 'legend' },
      ...['queue', 'connect', 'first', 'decode'].map((kind) =>
        element('span', { class: `key ${kind}` }, LEGEND[kind]!),
      ),
    ),
    element(
      'div',
      { class: 'scroll' },
      element('table', { class: 'waterfall' }, element('caption', {}, 'Requests'), element('thead', {}, head), body),
    ),
    pages,
  )

  function drawHead(): void {
    head.replaceChildren(
      ...heads.map(([title, by]) => {
        if (by === undefined) return element('th', { scope: 'col' }, title)
        const sorted = order.by === by
        const button = element('button', { type: 'button' }, `${title}${sorted ? (order.down ? ' ↓' : ' ↑') : ''}`)
        button.addEventListener('click', () => {
          order = { by, down: sorted ? !order.down : by !== 'start' }
          page = 0
          sort()
          draw()
          head.querySelectorAll('button')[['start', 'firstToken', 'latency', 'outputTokens'].indexOf(by)]?.focus()
        })
        return element(
          'th',
          { scope: 'col', 'aria-sort': sorted ? (order.down ? 'descending' : 'ascending') : undefined },
          button,
        )
      }),
    )
  }

  function sort(): void {
    if (order.by === 'start') {
      ordered = order.down ? rows.toReversed() : rows
      return
    }
    const values = requests.column[order.by]
    const sign = order.down ? -1 : 1
    const last = Number.NEGATIVE_INFINITY * sign
    ordered = rows.toSorted((a, b) => {
      const [x, y] = [values[a]!, values[b]!]
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : 1) : -1
      return x === y || last === 0 ? a - b : (x - y) * sign
    })
  }

  function draw(): void {
    drawHead()
    const visible = ordered.slice(page * PAGE, (page + 1) * PAGE)
    const span = timeSpan(requests, visible)
    body.replaceChildren(...visible.map((row) => requestRow(requests, row, span, events.onOpen)))
    const last = Math.max(0, Math.ceil(ordered.length / PAGE) - 1)
    const turn = (title: string, to: number, enabled: boolean): HTMLElement => {
      const button = element('button', { type: 'button', disabled: !enabled }, title)
      button.addEventListener('click', () => {
        page = to
        draw()
      })
      return button
    }
    pages.replaceChildren(
      turn('Previous', page - 1, page > 0),
      ` Page ${page + 1} of ${last + 1} `,
      turn('Next', page + 1, page < last),
    )
  }

  function apply(): void {
    rows = filterRows(requests, filter)
    page = 0
    sort()
    draw()
    const part = requests.count < requests.total ? ` (of ${requests.total} in the run, evenly chosen)` : ''
    status.textContent = `${rows.length} of ${requests.count} requests${part}`
    events.onFilter(rows)
  }

  queueMicrotask(apply)
  return {
    filters,
    table,
    setTimes(from, to) {
      filter = { ...filter, from, to }
      apply()
    },
  }
}

const LEGEND: Record<string, string> = {
  queue: 'waiting on our side',
  connect: 'connecting',
  first: 'to the first token',
  decode: 'decoding',
}

function requestRow(requests: Requests, row: number, span: Span, onOpen: (row: number) => void): HTMLElement {
  const { column, causes } = requests
  const cause = causes[column.cause[row]!]
  const open = element('button', { type: 'button', class: 'open' }, String(column.index[row]))
  open.setAttribute('aria-label', `Open request ${column.index[row]}`)
  open.addEventListener('click', () => onOpen(row))
  const tokens = column.outputTokens[row]!
  return element(
    'tr',
    { class: cause === undefined ? undefined : 'failed' },
    element('th', { scope: 'row' }, open),
    element('td', {}, `${(column.start[row]! / 1000).toFixed(3)} s`),
    element('td', {}, cause ?? 'ok'),
    element('td', {}, milliseconds(column.firstToken[row]!)),
    element('td', {}, milliseconds(column.latency[row]!)),
    element('td', {}, Number.isNaN(tokens) ? 'n/a' : String(tokens)),
    element('td', { class: 'bars' }, bars(requests, row, span)),
  )
}

interface Span {
  from: number
  width: number
}

function timeSpan({ column }: Requests, rows: readonly number[]): Span {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    from = Math.min(from, column.start[row]! - (column.queue[row]! || 0))
    to = Math.max(to, column.start[row]! + (column.latency[row]! || 0))
  }
  return { from, width: Math.max(to - from, 0.001) }
}

function bars({ column }: Requests, row: number, { from, width }: Span): SVGElement {
  const start = column.start[row]!
  const queue = column.queue[row]! || 0
  const connect = column.connect[row]! || 0
  const latency = column.latency[row]! || 0
  const first = Number.isNaN(column.firstToken[row]!) ? latency : column.firstToken[row]!
  const scale = BAR_WIDTH / width
  const part = (kind: string, begin: number, length: number): SVGElement[] =>
    length <= 0
      ? []
      : [
          svg('rect', {
            class: kind,
            x: ((begin - from) * scale).toFixed(2),
            width: Math.max(0.75, length * scale).toFixed(2),
            y: 2,
            height: 10,
          }),
        ]
  return svg(
    'svg',
    { viewBox: `0 0 ${BAR_WIDTH} 14`, width: BAR_WIDTH, height: 14, 'aria-hidden': 'true' },
    ...part('queue', start - queue, queue),
    ...part('connect', start, Math.min(connect, first)),
    ...part('first', start + Math.min(connect, first), Math.max(0, first - connect)),
    ...part('decode', start + first, latency - first),
  )
}

function choice(title: string, values: string[], empty = ''): { label: HTMLElement; field: HTMLSelectElement } {
  const field = element('select', {}, ...values.map((value) => element('option', { value }, value || empty)))
  return { label: element('label', {}, title, field), field }
}

function input(title: string, type: string): { label: HTMLElement; field: HTMLInputElement } {
  const field = element('input', { type })
  return { label: element('label', {}, title, field), field }
}
