/** The script of the page: reads its data, draws the charts, and answers to the reader. */
import type { PageData } from '../pageData.ts'
import { redrawAll } from './chart.ts'
import { openRequest } from './dialog.ts'
import { spread } from './distribution.ts'
import { element } from './element.ts'
import { requestCharts, timelineCharts } from './overTime.ts'
import { curveChart, lengthCharts } from './points.ts'
import { unpackRequests } from './requests.ts'
import { requestTable } from './requestTable.ts'
import { type Scatter, scatter } from './scatter.ts'

const data = JSON.parse(document.querySelector('#data')!.textContent!) as PageData
const sections = [...document.querySelectorAll<HTMLElement>('section.run')]
const choice = document.querySelector<HTMLSelectElement>('#choice')
const drawn = new Set<number>()

for (const part of document.querySelectorAll<HTMLElement>('.scripted')) part.hidden = false
const curve = document.querySelector<HTMLElement>('#curve')
if (curve !== null) curveChart(data, curve)
choice?.addEventListener('change', () => show(Number(choice.value)))
addEventListener('hashchange', showFromHash)
themeButton()
showFromHash()

function showFromHash(): void {
  const [, index] = /^#run-(\d+)$/.exec(location.hash) ?? []
  show(Math.min(sections.length - 1, Number(index ?? 0)))
}

/** Of a set one run is shown at a time: its charts are drawn when it is first wanted. */
function show(index: number): void {
  // A comparison whose DBs are elsewhere, or a capacity search alone.
  if (sections.length === 0) return
  sections.forEach((section, i) => {
    section.hidden = i !== index
  })
  if (choice !== null) choice.value = String(index)
  if (drawn.has(index)) return
  drawn.add(index)
  draw(index).catch((error: unknown) => {
    console.error(error)
    sections[index]!.prepend(element('p', { class: 'warning' }, `The charts could not be drawn: ${String(error)}`))
  })
}

async function draw(index: number): Promise<void> {
  const run = data.runs[index]!
  const charts = sections[index]!.querySelector<HTMLElement>('.charts')!
  const list = sections[index]!.querySelector<HTMLElement>('.requests')!
  const timelines = run.timeline === null || run.timeline.completed.length === 0 ? [] : timelineCharts(run.timeline)
  if (run.count === 0) {
    charts.append(
      element('p', { class: 'hint' }, 'There is no result DB with requests beside this result, so none are shown.'),
      ...timelines,
    )
    charts.dataset['ready'] = 'true'
    return
  }
  const requests = await unpackRequests(run)
  const onOpen = (row: number): void => openRequest(requests, row)
  let points: Scatter | undefined
  const figures = spread(requests)
  const table = requestTable(requests, {
    onOpen,
    onFilter: (rows) => {
      points!.show(rows)
      if (rows.some((row) => requests.column.cause[row]! < 0)) figures.show(rows)
      charts.dataset['ready'] = 'true'
    },
    onLogarithmic: (on) => points!.setLogarithmic(on),
  })
  points = scatter(requests, { onOpen, onZoom: (from, to) => table.setTimes(from, to) })
  points.figure.classList.add('wide')
  charts.append(
    element('h3', {}, 'Requests over time'),
    table.filters,
    points.figure,
    legend(),
    ...timelines,
    ...requestCharts(requests),
    figures.histogram.figure,
    figures.percentiles.figure,
    ...lengthCharts(requests),
  )
  list.append(element('h3', {}, 'Requests'), table.table)
}

function legend(): HTMLElement {
  const key = (kind: string, text: string): HTMLElement => element('span', { class: `key ${kind}` }, text)
  return element(
    'p',
    { class: 'legend wide' },
    key('latency', 'latency'),
    key('ttft', 'time to first token'),
    key('failure', 'failed (crossed)'),
  )
}

function themeButton(): void {
  const button = document.querySelector<HTMLButtonElement>('#theme')!
  const dark = matchMedia('(prefers-color-scheme: dark)')
  button.hidden = false
  button.addEventListener('click', () => {
    const root = document.documentElement
    const isDark = (root.dataset['theme'] ?? (dark.matches ? 'dark' : 'light')) === 'dark'
    root.dataset['theme'] = isDark ? 'light' : 'dark'
    redrawAll()
  })
  dark.addEventListener('change', redrawAll)
  addEventListener('beforeprint', redrawAll)
  addEventListener('afterprint', redrawAll)
}
