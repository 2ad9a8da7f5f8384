/** OpenTelemetry over HTTP: both encodings, as a collector reads them by the published definitions, and its refusals. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import protobufjs from 'protobufjs'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/index.ts'
import { type OtlpTarget, sendOtlp } from '../../src/report/export/index.ts'
import { metricsOf, spanBatches } from '../../src/report/export/otlp/signals.ts'
import { loadTransformer } from '../../src/report/export/otlp/transformer.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { madeDb } from '../report/madeDb.ts'
import { failedRow, madeRow } from '../report/rows.ts'
import { type Collector, definition, startCollector } from './collector.ts'

const ROWS = Array.from({ length: 20 }, (_, i) => (i % 10 === 9 ? failedRow(i, 'ümläuts 😀\n') : madeRow(i)))
const made = madeDb(ROWS)
const PROTOBUF = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }
const KEY = 'PLANTED, with = and %'
const WITH_KEY = { OTEL_EXPORTER_OTLP_HEADERS: `x-first=1, X-Team-Pass=${encodeURIComponent(KEY)}` }

/** A span as a collector reads it, in the names of the JSON encoding. */
interface Span {
  attributes: { key: string; value: object }[]
  status?: object
}

interface Sent {
  code: number
  out: string
  err: string
}

async function sent(to: Collector, args: string[] = [], env: Record<string, string> = {}): Promise<Sent> {
  const world = fakeWorld({ env })
  const code = await main(['export', made.db, '--format', 'otlp', '--endpoint', to.url, ...args], world)
  to.close()
  return { code, out: world.out(), err: world.err() }
}

/** One request, sent as the command does, with pauses that are written down instead. */
async function trying(to: Collector, more: Partial<OtlpTarget> = {}): Promise<{ pauses: number[]; told: string }> {
  const pauses: number[] = []
  const pause = async (ms: number): Promise<void> => void pauses.push(ms)
  // Without requests there are no traces.
  const run = { result: made.result, requests: () => [] }
  const told = await sendOtlp({ endpoint: to.url, headers: {}, env: PROTOBUF, pause, ...more }, run).catch(
    (error: Error) => `${error.name}: ${error.message}`,
  )
  to.close()
  return { pauses, told: told.replaceAll(to.url, 'there') }
}

describe('protobuf', () => {
  test('has the same metrics and spans as JSON, field for field', async () => {
    const [binary, json] = [await startCollector(), await startCollector()]
    expect(await sent(binary, ['--otlp-protocol', 'http/protobuf'])).toEqual({
      code: 0,
      out: `sent 1 requests of metrics and 1 of traces to ${binary.url}\n`,
      err: '',
    })
    await sent(json)
    const kinds = ({ received }: Collector): unknown[] =>
      received.map(({ path, headers }) => [path, headers['content-type']])
    expect(kinds(binary)).toEqual([
      ['/v1/metrics', 'application/x-protobuf'],
      ['/v1/traces', 'application/x-protobuf'],
    ])
    expect(kinds(json)).toEqual([
      ['/v1/metrics', 'application/json'],
      ['/v1/traces', 'application/json'],
    ])
    expect(binary.received[0]!.message).toEqual(json.received[0]!.message)
    expect(binary.received[1]!.message).toEqual(json.received[1]!.message)
    // Neither is empty in both.
    expect(JSON.stringify(json.received[0]!.message)).toContain('"name":"perfgate.requests"')
    expect(JSON.stringify(json.received[1]!.message).match(/"spanId"/g)).toHaveLength(20)
    expect(binary.received[1]!.body.length).toBeLessThan(json.received[1]!.body.length / 2)
  })

  test('has a span for each request, with its times, tokens, moments and failure', async () => {
    const collector = await startCollector()
    await sent(collector, [], PROTOBUF)
    const { resourceSpans } = collector.received[1]!.message as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
    const spans = resourceSpans[0]!.scopeSpans[0]!.spans
    expect([resourceSpans.length, resourceSpans[0]!.scopeSpans.length, spans.length]).toEqual([1, 1, 20])
    const attribute = (span: Span, name: string): unknown => span.attributes.find(({ key }) => key === name)?.value
    // Request 3 starts at 0.03 s and takes 103 ms, its first token comes 23 ms after its start.
    expect(spans[3]).toMatchObject({
      name: 'chat',
      kind: 3,
      startTimeUnixNano: '1764000000030000000',
      endTimeUnixNano: '1764000000133000000',
      events: [
        { name: 'first token', timeUnixNano: '1764000000053000000' },
        { name: 'last token', timeUnixNano: '1764000000120000000' },
      ],
    })
    expect(spans[3]!.status).toBeUndefined()
    expect(attribute(spans[3]!, 'gen_ai.usage.output_tokens')).toEqual({ intValue: '3' })
    expect(attribute(spans[3]!, 'gen_ai.response.finish_reasons')).toEqual({
      arrayValue: { values: [{ stringValue: 'stop' }] },
    })
    expect(attribute(spans[3]!, 'perfgate.time_to_first_token')).toEqual({ doubleValue: 0.023 })
    expect(spans[9]!.status).toEqual({ code: 2, message: 'ümläuts 😀\n' })
    expect(attribute(spans[9]!, 'error.type')).toEqual({ stringValue: 'http-5xx' })
  })

  test('is encoded alike by the oldest line of the package that is let in', async () => {
    const old = await loadTransformer(() => import('otlp-definitions') as never)
    const now = await loadTransformer()
    const run = { result: made.result, requests: () => ROWS }
    const [spans] = spanBatches(run)
    const decoded = (name: string, bytes: Uint8Array | undefined): unknown => definition(name).decode(bytes!).toJSON()
    const [before, after] = [old, now].map((one) => ({
      metrics: decoded('ExportMetricsServiceRequest', one.ProtobufMetricsSerializer.serializeRequest(metricsOf(run))),
      traces: decoded('ExportTraceServiceRequest', one.ProtobufTraceSerializer.serializeRequest(spans!)),
    }))
    expect(after).toEqual(before)
    expect(JSON.stringify(after)).toContain('gen_ai.client.operation.duration')
  })

  test('long runs go out in requests of 500 spans, well below what collectors take', async () => {
    const many = madeDb(Array.from({ length: 1200 }, (_, i) => madeRow(i)))
    const collector = await startCollector()
    const world = fakeWorld({ env: PROTOBUF })
    expect(await main(['export', many.db, '--format', 'otlp', '--endpoint', collector.url], world)).toBe(0)
    collector.close()
    expect(world.out()).toContain('1 requests of metrics and 3 of traces')
    const sizes = collector.received.slice(1).map(({ message, body }) => {
      const { resourceSpans } = message as { resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] }
      expect(body.length).toBeLessThan(4 * 2 ** 20)
      return resourceSpans[0]!.scopeSpans[0]!.spans.length
    })
    expect(sizes).toEqual([500, 500, 200])
  })
})

describe('the variables of OpenTelemetry', () => {
  test('those of a signal win over those of all, and flags over both', async () => {
    const one = await startCollector()
    const variables = {
      ...PROTOBUF,
      ...WITH_KEY,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-dataset=figures',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: '',
    }
    expect(await sent(one, ['--header', 'X-First=2'], variables)).toMatchObject({ code: 0 })
    expect(one.received.map(({ headers }) => [headers['content-type'], headers['x-first']])).toEqual([
      ['application/x-protobuf', '2'],
      ['application/json', '2'],
    ])
    expect(one.received.map(({ headers }) => [headers['x-dataset'], headers['x-team-pass']])).toEqual([
      ['figures', undefined],
      [undefined, KEY],
    ])
    const other = await startCollector()
    await sent(other, ['--otlp-protocol', 'http/json'], PROTOBUF)
    expect(other.received.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json',
      'application/json',
    ])
  })

  test.for([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'variable OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" is not spoken here'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: `a=1,${KEY.slice(0, 7)}` }, 'HEADERS: expected name=value pairs with commas'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: `bad name=${KEY.slice(0, 7)}` }, 'HEADERS: pair 1 begins with no header’s name'],
    [
      { OTEL_EXPORTER_OTLP_TRACES_HEADERS: `x-a=${KEY.slice(0, 7)}%0D%0Ax-b: 1` },
      'TRACES_HEADERS: the value of "x-a" has a character that a header cannot carry',
    ],
  ] as const)('%j is wrong usage, found before anything is sent, and named without its value', async ([env, words]) => {
    const collector = await startCollector()
    const { code, err } = await sent(collector, [], env)
    expect(code).toBe(2)
    expect(err).toContain(words)
    expect(err).not.toContain('PLANTED')
    expect(collector.received).toEqual([])
  })

  test('a flag that is wrong, and one that has no effect, are wrong usage', async () => {
    const collector = await startCollector()
    expect(await sent(collector, ['--otlp-protocol', 'grpc'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('option --otlp-protocol: expected http/json or http/protobuf, got "grpc"'),
    })
    const world = fakeWorld()
    expect(await main(['export', made.db, '--format', 'otlp', '--otlp-protocol', 'http/protobuf'], world)).toBe(2)
    expect(world.err()).toContain('it is for sending with --endpoint')
  })
})

describe('a collector that is busy', () => {
  const busy = (headers: Record<string, string>) => ({ status: 429, headers, body: 'later' })

  test('is asked again with the same bytes, when it says', async () => {
    const collector = await startCollector(busy({ 'retry-after': '7' }), { status: 503 }, {})
    const { pauses, told } = await trying(collector)
    expect(told).toBe('1 requests of metrics and 0 of traces')
    expect(pauses).toEqual([7000, expect.closeTo(1000, -3)])
    expect(collector.received).toHaveLength(3)
    for (const { body } of collector.received) expect(body).toEqual(collector.received[0]!.body)
  })

  test('is left alone after five attempts, each after twice the time', async () => {
    const collector = await startCollector({ status: 502, headers: { 'content-type': 'text/plain' }, body: 'gone' })
    const { pauses, told } = await trying(collector)
    expect(told).toBe('EndpointError: there/v1/metrics: HTTP 502: gone (at each of 5 attempts)')
    expect(pauses).toHaveLength(4)
    for (const [i, ms] of pauses.entries()) {
      expect(ms).toBeGreaterThanOrEqual(400 * 2 ** i)
      expect(ms).toBeLessThanOrEqual(600 * 2 ** i)
    }
  })

  test('is not waited for longer than a minute', async () => {
    const hour = new Date(Date.now() + 3_600_000).toUTCString()
    for (const after of ['3600', hour]) {
      const collector = await startCollector({
        status: 429,
        headers: { 'retry-after': after, 'content-type': 'text/plain' },
      })
      const { pauses, told } = await trying(collector)
      expect(pauses).toEqual([])
      expect(told).toMatch(/HTTP 429 \(it asks to be tried again in (3600|3599) s\)$/)
    }
  })
})

describe('a collector that refuses', () => {
  /** As https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto defines it. */
  const Status = new protobufjs.Type('Status')
    .add(new protobufjs.Field('code', 1, 'int32'))
    .add(new protobufjs.Field('message', 2, 'string'))
  const status = (message: string): Uint8Array => Status.encode({ code: 16, message }).finish()

  test('in protobuf is quoted, is not asked again, and headers are kept out of what it says', async () => {
    const collector = await startCollector({ status: 401, body: status(`no such key: ${KEY}`) })
    const { code, out, err } = await sent(collector, [], { ...PROTOBUF, ...WITH_KEY })
    expect(collector.received.map(({ headers }) => headers['x-team-pass'])).toEqual([KEY])
    expect([code, out, err]).toEqual([3, '', `perfgate: ${collector.url}/v1/metrics: HTTP 401: no such key: ***\n`])
  })

  test('with text where protobuf is announced is quoted all the same', async () => {
    const collector = await startCollector({ status: 400, body: 'plain words' })
    expect((await trying(collector)).told).toBe('EndpointError: there/v1/metrics: HTTP 400: plain words')
  })

  test('in part is an error with the number, and a warning is passed on', async () => {
    const Response = definition('ExportMetricsServiceResponse')
    const answer = (partialSuccess: object): Uint8Array =>
      Response.encode(Response.fromObject({ partialSuccess })).finish()
    const part = await startCollector({ body: answer({ rejectedDataPoints: 7, errorMessage: 'too old' }) })
    expect((await trying(part)).told).toBe('EndpointError: there/v1/metrics: 7 data points were refused: too old')
    const all = await startCollector({ body: answer({ errorMessage: 'use v2' }) })
    expect((await trying(all)).told).toBe('1 requests of metrics and 0 of traces; the collector warns: use v2')
  })

  test('a web page and a redirect are no collector', async () => {
    const page = await startCollector({ headers: { 'content-type': 'text/html' }, body: '<h1>hello</h1>' })
    expect((await trying(page)).told).toContain('answers with a web page; is a collector listening there?')
    const elsewhere = await startCollector()
    const moved = await startCollector({ status: 301, headers: { location: `${elsewhere.url}/v1/metrics` } })
    expect((await trying(moved, { headers: { 'x-key': KEY } })).told).toContain(`it leads to ${elsewhere.url}`)
    elsewhere.close()
    expect(elsewhere.received).toEqual([])
  })

  test.for([
    ['before it answers', (response) => response.socket!.destroy()],
    [
      'in the middle of its answer',
      (response) => {
        response.writeHead(200, { 'content-length': 10 })
        response.write('half', () => response.socket!.destroy())
      },
    ],
  ] as [string, (response: ServerResponse) => void][])('that hangs up %s is named', async ([, hangUp]) => {
    const server = createServer((request, response) => request.resume().on('end', () => hangUp(response)))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { told } = await trying({ url, received: [], close: () => server.close() })
    expect(told).toMatch(/^EndpointError: there\/v1\/metrics: .+; is a collector listening there\?$/)
  })
})

describe('the package', () => {
  test('is asked for where it is not there, or is too old', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    await expect(loadTransformer(() => Promise.reject(missing))).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('npm install --save-dev @opentelemetry/otlp-transformer @opentelemetry/api'),
    })
    await expect(loadTransformer(() => Promise.resolve({} as never))).rejects.toThrow('0.200 or later')
    const broken = new Error('it broke')
    await expect(loadTransformer(() => Promise.reject(broken))).rejects.toBe(broken)
  })
})
