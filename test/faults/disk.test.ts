/** Disks that are full, files that may not grow, folders that cannot be written: said, and never a pass. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../../fixtures/index.ts'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { dbOf, folder, perfgate, perfgateIn, soundRows } from './child.ts'

const server = await startServer({ ttft: { meanMs: 1 }, itl: { meanMs: 0 }, outputTokens: 100, keepRequests: 100_000 })
afterAll(() => server.close())

const scenario = (outputs: string, mark: string): string[] => [
  ...['--url', `${server.url}/chat/completions?${mark}`, '--model', 'm', '--parallel', '4', '--outputs-dir', outputs],
  ...['--threshold', 'p50(latency) < 100 s'],
]
const received = (mark: string): number => server.requests.filter(({ path }) => path.endsWith(`?${mark}`)).length

/** A mount of its own in a namespace of its own: for root, and for others where the system lets them. */
const namespaces = [
  ['unshare', '-m'],
  ['unshare', '-Urm'],
]
const unshare = namespaces.find(
  ([program, ...args]) =>
    spawnSync(program!, [...args, 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /tmp']).status === 0,
)

describe('a folder that cannot be written', () => {
  // Root may write to a folder of any mode, so these are places where nobody can.
  const file = join(folder(), 'file')
  writeFileSync(file, '')
  const places = [join(file, 'outputs'), ...(existsSync('/proc/self') ? ['/proc/outputs'] : [])]
  test.each(places)('%s: said before the first request, exit 2', async (place) => {
    const world = fakeWorld()
    expect(await main([...scenario(place, 'unwritable'), '--number', '10'], world)).toBe(2)
    expect(world.err()).toContain(`option "outputsDir": cannot write to "${place}": E`)
    expect(received('unwritable')).toBe(0)
  })

  test.runIf(unshare)('a file system that is mounted read-only: the same', async () => {
    const outputs = folder()
    const script = `${unshare!.join(' ')} sh -c 'mount -t tmpfs -o ro tmpfs ${outputs} && exec "$@"' sh "$@"`
    const { code, stderr } = await perfgateIn(script, [...scenario(outputs, 'read-only'), '--number', '10']).ended
    expect([code, stderr]).toEqual([2, expect.stringContaining('EROFS: read-only file system')])
    expect(received('read-only')).toBe(0)
  })

  test('store none needs no folder', async () => {
    const { code } = await perfgate([...scenario(places[0]!, 'none'), '--number', '10', '--store', 'none']).ended
    expect(code).toBe(0)
  })
})

describe('a disk that is full', () => {
  test.runIf(unshare)('from the start: said before the first request, exit 2', async () => {
    const outputs = folder()
    const fill = `mount -t tmpfs -o size=64k tmpfs ${outputs} && exec "$@"`
    const script = `${unshare!.join(' ')} sh -c '${fill}' sh "$@"`
    const { code, stderr } = await perfgateIn(script, [...scenario(outputs, 'full'), '--number', '10']).ended
    expect([code, stderr]).toEqual([2, expect.stringContaining('ENOSPC')])
    expect(received('full')).toBe(0)
  })

  test.runIf(unshare)('in mid-run: the load stops, exit 1, and what was written is sound', async () => {
    const outputs = folder()
    const kept = folder()
    // Looked at from inside: the mount is gone with the process that made it.
    const inside = `mount -t tmpfs -o size=2m tmpfs ${outputs} && "$@"; code=$?; cp ${outputs}/* ${kept}/; exit $code`
    const script = `${unshare!.join(' ')} sh -c '${inside}' sh "$@"`
    const { code, stdout, stderr } = await perfgateIn(script, [...scenario(outputs, 'fills'), '--number', '50000'])
      .ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/perfgate: result DB .*: SQLite: database or disk is full \(code 13\); free space or choose/)
    expect(stdout).not.toContain('pass')
    expect(readdirSync(kept).filter((name) => name.endsWith('.json'))).toEqual([])
    const rows = soundRows(dbOf(kept), 'success')
    expect(rows.length).toBeGreaterThan(100)
    // Stopped long before the end.
    expect(received('fills')).toBeLessThan(25_000)
  })

  test.skipIf(process.platform === 'win32')('files that may not grow further (ulimit -f): the same', async () => {
    const outputs = join(folder(), 'deep', 'er')
    mkdirSync(outputs, { recursive: true })
    // 2 MiB, in the blocks of 512 bytes that POSIX has.
    const { code, stderr } = await perfgateIn('ulimit -f 4096; exec "$@"', [
      ...scenario(outputs, 'limited'),
      ...['--number', '50000', '--enable-progress-tracker'],
    ]).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/perfgate: result DB .*: SQLite: disk I\/O error \(code \d+\); free space or choose/)
    expect(soundRows(dbOf(outputs), 'success').length).toBeGreaterThan(100)
    expect(received('limited')).toBeLessThan(25_000)
  })
})
