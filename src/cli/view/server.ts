/** The server of `perfgate view`: loopback only, read-only, and nothing but the results of one folder. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { type ResultReader, readResultDb, readRunDb, StoreError } from '../../records/index.ts'
import { renderHtml } from '../../report/html/index.ts'
import { pagePolicy } from '../../report/html/markup.ts'
import { type ListedVerdict, type ResultFolder, resultFolder } from './folder.ts'
import { errorPage, listPage, type Page, requestPage } from './pages.ts'

export interface ViewServer {
  url: string
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** Runs in one comparison; more would make a page no one reads. */
const MOST_RUNS = 20
const REFRESH_SECONDS = 3

interface Answer {
  status: number
  text: string
  /** Undefined where the page brings its own. */
  policy?: string
}

/** @param port 0: any free one. @throws the system's error when the port is taken */
export async function startView(folder: string, port = 0): Promise<ViewServer> {
  const results = resultFolder(folder)
  const server = createServer((request, response) => {
    const { port: open } = server.address() as AddressInfo
    respond(response, request.method === 'HEAD', answerTo(request, open, folder, results))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, resolve)
  })
  const { port: open } = server.address() as AddressInfo
  return {
    url: `http://${HOST}:${open}/`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function answerTo(
  { method, headers, url = '/' }: IncomingMessage,
  port: number,
  folder: string,
  results: ResultFolder,
): Answer {
  // A page of another site could point a name of its own at 127.0.0.1; the browser would then say that name here.
  if (headers.host !== `${HOST}:${port}` && headers.host !== `localhost:${port}`)
    return shown(403, errorPage('Refused', `This server answers only to ${HOST}:${port} and localhost:${port}.`))
  if (isForeign(headers, port)) return shown(403, errorPage('Refused', 'Pages of other sites may not read results.'))
  if (method !== 'GET' && method !== 'HEAD') return shown(405, errorPage('Not allowed', 'Results are only read here.'))
  try {
    return route(new URL(url, `http://${HOST}`), folder, results)
  } catch (error) {
    if (error instanceof StoreError) return shown(422, errorPage('This result cannot be read', error.message))
    if (error instanceof TypeError && /Invalid URL/.test(error.message))
      return shown(400, errorPage('Bad address', url))
    return shown(500, errorPage('Something went wrong', (error as Error).message))
  }
}

/** Another port of this machine is another origin too. A link from elsewhere may be followed: its page sees nothing. */
function isForeign({ origin, ...headers }: IncomingMessage['headers'], port: number): boolean {
  if (origin !== undefined && origin !== `http://${HOST}:${port}` && origin !== `http://localhost:${port}`) return true
  const site = headers['sec-fetch-site'] ?? 'none'
  return site !== 'same-origin' && site !== 'none' && headers['sec-fetch-mode'] !== 'navigate'
}

function route({ pathname, searchParams }: URL, folder: string, results: ResultFolder): Answer {
  const files = [...new Set(searchParams.getAll('file'))]
  switch (pathname) {
    case '/':
      return shown(
        200,
        listPage(folder, results.list(), results.verdicts(), {
          words: searchParams.get('words') ?? '',
          verdict: searchParams.get('verdict') ?? '',
        }),
      )
    case '/report': {
      if (files.length === 0) return shown(400, errorPage('No run was chosen', 'Choose one or more runs of the list.'))
      if (files.length > MOST_RUNS) return shown(400, errorPage('Too many runs', `Choose ${MOST_RUNS} at most.`))
      const judged = results.verdicts().filter(({ file }) => files.includes(file))
      const rows = withSides(files, judged, results)
      const paths = rows.map((file) => results.pathOf(file))
      const missing = paths.indexOf(undefined)
      return missing === -1 ? reportOf(rows, paths as string[], judged) : noSuch(rows[missing]!)
    }
    case '/request': {
      const path = results.pathOf(files[0] ?? '')
      if (path === undefined) return noSuch(files[0] ?? '')
      return requestOf(files[0]!, path, Number(searchParams.get('index')))
    }
    default:
      return shown(404, errorPage('Not found', pathname))
  }
}

/** The DBs among these files, and of a comparison those of its sides that are in the folder. */
function withSides(files: readonly string[], judged: readonly ListedVerdict[], results: ResultFolder): string[] {
  const sides = judged.flatMap(({ result }) =>
    result.kind === 'comparison' ? [result.baseline.resultDbPath, result.candidate.resultDbPath] : [],
  )
  const names = sides.flatMap((path) => (path === null ? [] : basename(path)))
  const rest = files.filter((file) => judged.every((one) => one.file !== file))
  return [...new Set([...rest, ...names.filter((name) => results.pathOf(name) !== undefined)])]
}

function reportOf(files: readonly string[], paths: readonly string[], judged: readonly ListedVerdict[]): Answer {
  const runs = paths.map((path) => readRunDb(path))
  const readers: ResultReader[] = paths.map((path) => readResultDb(path))
  try {
    const text = renderHtml(
      {
        runs: runs.map(({ result }, i) => ({ result, requests: readers[i]!.requests })),
        comparisons: judged.flatMap(({ result }) => (result.kind === 'comparison' ? result : [])),
        capacities: judged.flatMap(({ result }) => (result.kind === 'capacity' ? result : [])),
      },
      {
        home: '/',
        requests: files.map((file) => `/request?file=${encodeURIComponent(file)}&index=`),
        ...(runs.every(({ finished }) => finished) ? {} : { refreshSeconds: REFRESH_SECONDS }),
      },
    )
    return { status: 200, text, policy: `${pagePolicy()}; frame-ancestors 'none'` }
  } finally {
    for (const reader of readers) reader.close()
  }
}

function requestOf(file: string, path: string, index: number): Answer {
  const reader = readResultDb(path)
  try {
    const found = Number.isSafeInteger(index) ? reader.requests({ index }).next().value : undefined
    return found === undefined
      ? shown(404, errorPage('No such request', `${file} has no request ${index} (yet).`))
      : shown(200, requestPage(file, found))
  } finally {
    reader.close()
  }
}

function noSuch(file: string): Answer {
  return shown(404, errorPage('No such result', `There is no result DB "${file}" in this folder.`))
}

function shown(status: number, { text, policy }: Page): Answer {
  return { status, text, policy }
}

function respond(response: ServerResponse, headOnly: boolean, { status, text, policy }: Answer): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
    ...(policy === undefined ? {} : { 'content-security-policy': policy }),
  })
  response.end(headOnly ? undefined : text)
}
