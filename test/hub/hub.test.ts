import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { isHubName, locate, type Wanted } from '../../src/hub/index.ts'
import { errorOf } from '../datasets/files.ts'
import { standInHub } from './standIn.ts'

const wanted = (given: Partial<Wanted> = {}): Wanted => ({
  kind: 'datasets',
  id: 'owner/questions',
  file: 'data/open.jsonl',
  source: 'huggingface',
  option: 'datasetPath',
  notice: () => {},
  ...given,
})
const content = '{"question":"为什么？"}\n'.repeat(3000)
const files = { 'datasets/owner/questions/data/open.jsonl': content, 'models/owner/model/tokenizer.json': '{}' }

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

describe.each(['huggingface', 'modelscope'] as const)('a file of %s', (source) => {
  it('is downloaded once, and then taken from the cache', async () => {
    const hub = await standInHub(files)
    const notices: string[] = []
    const path = await locate(wanted({ source, notice: (text) => notices.push(text) }))
    expect(readFileSync(path!, 'utf8')).toBe(content)
    expect(path).toBe(join(hub.cache, 'perfgate', source, 'datasets/owner/questions/data/open.jsonl'))
    expect(notices).toEqual([expect.stringMatching(/^downloading open\.jsonl \(0\.1 MB\) from 127\.0\.0\.1:\d+ to /)])
    const asked = hub.requests.length
    expect(await locate(wanted({ source }))).toBe(path)
    expect(hub.requests).toHaveLength(asked)
  })

  it('of a model is found as well', async () => {
    await standInHub(files)
    const path = await locate(wanted({ source, kind: 'models', id: 'owner/model', file: 'tokenizer.json' }))
    expect(readFileSync(path!, 'utf8')).toBe('{}')
  })

  it('that does not match its checksum is not kept', async () => {
    const hub = await standInHub(files, { checksum: 'a'.repeat(64) })
    const { message, option } = await errorOf(() => locate(wanted({ source })))
    const sha256 = createHash('sha256').update(content).digest('hex')
    expect(message).toContain(`open.jsonl does not match its checksum (sha256 ${sha256}, expected ${'a'.repeat(64)})`)
    expect(message).toContain(
      `put the file at ${join(hub.cache, 'perfgate', source, 'datasets/owner/questions/data/open.jsonl')}`,
    )
    expect(option).toBe('datasetPath')
    expect(readdirSync(join(hub.cache, 'perfgate', source, 'datasets/owner/questions/data'))).toEqual([])
  })

  it('that breaks off is not kept', async () => {
    const hub = await standInHub(files, { breakAfter: 1000 })
    await errorOf(() => locate(wanted({ source, file: 'data/open.jsonl' })))
    const folder = join(hub.cache, 'perfgate', source, 'datasets/owner/questions/data')
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
  })

  it('that is not there is nothing where it is optional, and an error where not', async () => {
    await standInHub(files)
    expect(await locate(wanted({ source, file: 'other.jsonl', optional: true }))).toBeUndefined()
    expect((await errorOf(() => locate(wanted({ source, file: 'other.jsonl' })))).message).toMatch(
      new RegExp(
        `^option "datasetPath": cannot get "other\\.jsonl" of dataset owner/questions from ${source}: ${source} has no such file; put the file at `,
      ),
    )
  })
})

it('git’s own hash of a small file is checked too', async () => {
  const size = Buffer.byteLength(content)
  const blob = createHash('sha1').update(`blob ${size}\0${content}`).digest('hex')
  await standInHub(files, { checksum: blob })
  expect(readFileSync((await locate(wanted()))!, 'utf8')).toBe(content)
  await standInHub(files, { checksum: 'b'.repeat(40) })
  expect((await errorOf(() => locate(wanted()))).message).toContain(`does not match its checksum (git-sha1 ${blob}`)
})

describe('without a download', () => {
  it('a copy in the caches of the hubs’ own clients is taken', async () => {
    const hub = await standInHub({})
    const snapshot = join(hub.cache, 'huggingface/hub/datasets--owner--questions/snapshots/abc/data/open.jsonl')
    put(snapshot, 'h')
    expect(await locate(wanted())).toBe(snapshot)
    const downloaded = join(hub.cache, 'modelscope/hub/datasets/owner/other/data/open.jsonl')
    put(downloaded, 'm')
    expect(await locate(wanted({ id: 'owner/other', source: 'modelscope' }))).toBe(downloaded)
    expect(hub.requests).toEqual([])
  })

  it('the commit of refs/main is taken before others', async () => {
    const hub = await standInHub({})
    const repository = join(hub.cache, 'huggingface/hub/datasets--owner--questions')
    put(join(repository, 'snapshots/aaa/data/open.jsonl'), 'old')
    put(join(repository, 'snapshots/bbb/data/open.jsonl'), 'new')
    put(join(repository, 'refs/main'), 'bbb')
    expect(await locate(wanted())).toBe(join(repository, 'snapshots/bbb/data/open.jsonl'))
  })

  it('source local asks no hub, and says where to put the file', async () => {
    const hub = await standInHub(files)
    const { message } = await errorOf(() => locate(wanted({ source: 'local' })))
    expect(message).toContain('it is not on this machine; put the file at')
    expect(hub.requests).toEqual([])
  })

  it('HF_HUB_OFFLINE asks none either', async () => {
    const hub = await standInHub(files)
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    expect((await errorOf(() => locate(wanted()))).message).toContain('HF_HUB_OFFLINE is set')
    expect(hub.requests).toEqual([])
  })

  it('a hub that cannot be reached is named with the reason', async () => {
    await standInHub(files)
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${port}`)
    vi.stubEnv('MODELSCOPE_DOMAIN', `http://127.0.0.1:${port}`)
    for (const source of ['huggingface', 'modelscope'] as const)
      expect((await errorOf(() => locate(wanted({ source })))).message).toMatch(
        new RegExp(
          `from ${source}: fetch failed \\(ECONNREFUSED\\); put the file at .*, or name it with datasetPath, or take it from (modelscope|huggingface)`,
        ),
      )
  })
})

it('owner/name is a hub’s name; a path is not', () => {
  expect(isHubName('Qwen/Qwen2.5-0.5B')).toBe(true)
  for (const path of ['./a/b', '/a/b', 'a', 'a/b/c']) expect(isHubName(path)).toBe(false)
})
