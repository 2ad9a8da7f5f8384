/** One request, opened: its figures, what was sent, what came back. */
import { milliseconds } from './chart.ts'
import { element } from './element.ts'
import type { Requests } from './requests.ts'

export function openRequest(requests: Requests, row: number): void {
  const dialog = document.querySelector<HTMLDialogElement>('#request')!
  const { column, causes, texts } = requests
  const value = (name: keyof typeof column): number => column[name][row]!
  const found = texts.rows[row]
  const cause = causes[value('cause')]
  const facts: [string, string][] = [
    ['Outcome', cause === undefined ? 'succeeded' : `failed: ${cause}`],
    ['HTTP status', count(value('status'))],
    ['Started', `${(value('start') / 1000).toFixed(3)} s after the first`],
    ['Waited on our side', milliseconds(value('queue'))],
    ['Connection', Number.isNaN(value('connect')) ? 'reused' : milliseconds(value('connect'))],
    ['Time to first token', milliseconds(value('firstToken'))],
    ['Latency', milliseconds(value('latency'))],
    ['Time per output token', milliseconds(value('tpot'))],
    ['Tokens in / out', `${count(value('inputTokens'))} / ${count(value('outputTokens'))}`],
    ['Finish reason', found?.finishReason || 'n/a'],
    ['Request id', found?.requestId || 'n/a'],
  ]
  const close = element('button', { type: 'button', class: 'close' }, 'Close')
  close.addEventListener('click', () => dialog.close())
  dialog.replaceChildren(
    element('h2', { id: 'request-title' }, `Request ${value('index')}`),
    close,
    element('dl', {}, ...facts.flatMap(([name, text]) => [element('dt', {}, name), element('dd', {}, text)])),
    ...(requests.requestUrl === null
      ? []
      : [
          element(
            'p',
            {},
            element('a', { href: `${requests.requestUrl}${value('index')}` }, 'Open on a page of its own'),
          ),
        ]),
    ...(found === undefined
      ? [element('p', { class: 'hint' }, noTexts(requests))]
      : [
          ...(found.failure === '' ? [] : [element('h3', {}, 'What was wrong'), element('pre', {}, found.failure)]),
          element('h3', {}, 'Response'),
          element('pre', {}, found.answer || '(no text)'),
          element('h3', {}, 'Request'),
          element('pre', {}, indented(texts.requests[found.request] ?? '')),
        ]),
  )
  dialog.showModal()
  close.focus()
}

function noTexts({ textCount }: Requests): string {
  return textCount === 0
    ? 'No texts were kept: the run was made with --store metrics.'
    : `This page has the texts of ${textCount} requests, failures and the slowest first; perfgate view has all of them.`
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function count(value: number): string {
  return Number.isNaN(value) ? 'n/a' : String(value)
}
