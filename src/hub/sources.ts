/** The two hubs: where a file of theirs is fetched from, and what it must hash to. */

export type Source = 'modelscope' | 'huggingface'
export type Kind = 'datasets' | 'models'

export interface HubFile {
  kind: Kind
  /** `owner/name`. */
  id: string
  /** Path within the repository. */
  file: string
}

/** What a file's content must hash to. Git's own hash is that of `blob <size>\0` and the content. */
export type Checksum = { algorithm: 'sha256' | 'git-sha1'; hex: string }

export interface Remote {
  url: string
  headers: Record<string, string>
  checksum: Checksum | undefined
}

/** Answers without a file in it: `undefined`, for what a repository need not have. */
export type Describe = (file: HubFile) => Promise<Remote | undefined>

/** Waited for a hub to answer at all. */
export const ANSWER_TIMEOUT_MS = 15_000

export const SOURCES: Record<Source, Describe> = { huggingface: describeHuggingFace, modelscope: describeModelScope }

/**
 * Source: Hugging Face Hub API, `GET /{id}/resolve/{revision}/{file}`: large files are redirected to storage, and their
 * SHA-256 is in `X-Linked-ETag`; of small ones `ETag` is git's hash.
 */
async function describeHuggingFace({ kind, id, file }: HubFile): Promise<Remote | undefined> {
  const host = process.env['HF_ENDPOINT'] ?? 'https://huggingface.co'
  const url = `${host}/${kind === 'datasets' ? 'datasets/' : ''}${id}/resolve/main/${escaped(file)}`
  const token = process.env['HF_TOKEN']
  const headers: Record<string, string> =
    token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }
  const answer = await ask(url, { method: 'HEAD', redirect: 'manual', headers })
  if (answer.status === 404) return undefined
  if (answer.status >= 400) throw new Error(`${url} answered ${answer.status}`)
  const tag = (answer.headers.get('x-linked-etag') ?? answer.headers.get('etag') ?? '').replace(/^W\/|"/g, '')
  return { url, headers, checksum: checksumOf(tag) }
}

/**
 * Source: ModelScope hub API, `GET /api/v1/{kind}/{id}/repo?FilePath=…` for the file, and the listing of its folder,
 * `repo/tree` of datasets and `repo/files` of models, for its SHA-256.
 */
async function describeModelScope({ kind, id, file }: HubFile): Promise<Remote | undefined> {
  const domain = process.env['MODELSCOPE_DOMAIN'] ?? 'www.modelscope.cn'
  const repository = `${/^https?:/.test(domain) ? domain : `https://${domain}`}/api/v1/${kind}/${id}/repo`
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : ''
  const query = new URLSearchParams({ Revision: 'master', Root: folder, PageNumber: '1', PageSize: '1000' })
  const listing = `${repository}/${kind === 'datasets' ? 'tree' : 'files'}?${query}`
  const answer = await ask(listing, {})
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new Error(`${listing} answered ${answer.status}`)
  const body = (await answer.json()) as { Data?: { Files?: { Path?: unknown; Sha256?: unknown }[] } | null }
  const found = body.Data?.Files?.find(({ Path: path }) => path === file)
  if (found === undefined) return undefined
  const url = `${repository}?${new URLSearchParams({ Source: 'SDK', Revision: 'master', FilePath: file })}`
  return { url, headers: {}, checksum: checksumOf(String(found.Sha256 ?? '')) }
}

function checksumOf(tag: string): Checksum | undefined {
  if (/^[0-9a-f]{64}$/i.test(tag)) return { algorithm: 'sha256', hex: tag.toLowerCase() }
  if (/^[0-9a-f]{40}$/i.test(tag)) return { algorithm: 'git-sha1', hex: tag.toLowerCase() }
  return undefined
}

function ask(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
}

function escaped(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/')
}
