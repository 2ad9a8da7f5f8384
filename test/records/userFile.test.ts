import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { userFile } from '../../src/records/files.ts'

vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  userInfo: () => {
    throw Object.assign(new Error('A system error occurred: uv_os_get_passwd returned ENOENT'), {
      code: 'ERR_SYSTEM_ERROR',
    })
  },
}))

// Containers are often run as a number without an entry in /etc/passwd, of which Node does not know the name.
test.skipIf(process.getuid === undefined)('a user without a name has files of his own', () => {
  expect(userFile('load', 'lock')).toBe(join(tmpdir(), `perfgate-load-${process.getuid!()}.lock`))
})
