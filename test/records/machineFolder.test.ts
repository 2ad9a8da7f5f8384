import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { writeWholeFile } from '../../src/records/files.ts'
import {
  machineFolder,
  readMachineFile,
  sweepMachineFolder,
  writeMachineFile,
} from '../../src/records/machineFolder.ts'

// Containers are often run as a number without an entry in /etc/passwd, of which Node does not know the name.
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  userInfo: () => {
    throw Object.assign(new Error('A system error occurred: uv_os_get_passwd returned ENOENT'), {
      code: 'ERR_SYSTEM_ERROR',
    })
  },
}))

let parent: string
let own: string
beforeEach(() => {
  vi.unstubAllEnvs()
  parent = mkdtempSync(join(tmpdir(), 'perfgate-'))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, parent)
  own = join(parent, `perfgate-${process.getuid?.()}`)
})
afterEach(() => vi.unstubAllEnvs())

describe.skipIf(process.getuid === undefined)('the folder of a user on a machine', () => {
  test('is made private, also for a user without a name', () => {
    expect(machineFolder()).toEqual({ path: own, fault: undefined })
    expect(statSync(own).mode & 0o777).toBe(0o700)
    expect(machineFolder().path).toBe(own)
  })

  test.skipIf(process.getuid?.() !== 0)('is not shared with the user who made it before', () => {
    mkdirSync(own, { mode: 0o700 })
    chownSync(own, 4711, 4711)
    expect(machineFolder()).toEqual({
      path: undefined,
      fault: `${own} belongs to another user (4711); set TMPDIR to a folder of yours`,
    })
  })

  test('is not used through a link, as a file, or open to others', () => {
    symlinkSync(mkdtempSync(join(tmpdir(), 'target-')), own)
    expect(machineFolder().fault).toMatch(/is a link/)
    execFileSync('rm', [own])
    writeFileSync(own, '')
    expect(machineFolder().fault).toMatch(/is not a folder/)
    execFileSync('rm', [own])
    mkdirSync(own)
    chmodSync(own, 0o775)
    expect(machineFolder().fault).toMatch(/is open to others \(mode 775\)/)
  })

  test('is missing where the temporary folder is', () => {
    vi.stubEnv('TMPDIR', '/nowhere/at/all')
    expect(machineFolder().fault).toMatch(/^\/nowhere\/at\/all\/perfgate-\d+ cannot be created: ENOENT/)
  })

  test('gives back what was written, and nothing that is no small file', () => {
    const { path } = machineFolder() as { path: string }
    writeMachineFile(join(path, 'a'), 'text')
    expect(readMachineFile(join(path, 'a'))).toBe('text')
    expect(readdirSync(path)).toEqual(['a'])
    expect(statSync(join(path, 'a')).mode & 0o777).toBe(0o600)
    execFileSync('mkfifo', [join(path, 'pipe')])
    symlinkSync(join(path, 'a'), join(path, 'link'))
    mkdirSync(join(path, 'folder'))
    writeFileSync(join(path, 'large'), Buffer.alloc(1 << 20))
    for (const name of ['pipe', 'link', 'folder', 'large', 'missing'])
      expect([name, readMachineFile(join(path, name))]).toEqual([name, undefined])
  })

  test('keeps no draft of what could not be written, and loses what is older than a day', () => {
    const { path } = machineFolder() as { path: string }
    mkdirSync(join(path, 'taken'))
    expect(() => writeMachineFile(join(path, 'taken'), 'text')).toThrow()
    for (const name of ['old', 'lock', 'new']) writeFileSync(join(path, name), '')
    const yesterday = Date.now() / 1000 - 25 * 3600
    for (const name of ['old', 'lock', 'taken']) utimesSync(join(path, name), yesterday, yesterday)
    sweepMachineFolder(path, ['lock'])
    expect(readdirSync(path).sort()).toEqual(['lock', 'new'])
  })
})

test('a file that is written as a whole follows no link in place of its draft', () => {
  const other = join(parent, 'other.txt')
  writeFileSync(other, 'of somebody else')
  const path = join(parent, 'result.json')
  symlinkSync(other, `${path}.part`)
  writeWholeFile(path, 'ours')
  expect(readFileSync(path, 'utf8')).toBe('ours')
  expect(readFileSync(other, 'utf8')).toBe('of somebody else')
  expect(existsSync(`${path}.part`)).toBe(false)
})
