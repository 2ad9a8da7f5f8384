/** Before tests that run what is built: builds it, unless nothing has changed since it was. */
import { execFileSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BIN } from './program.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const SOURCES = [
  'src/**/*.{ts,mts,cts}',
  'fixtures/**/*',
  'scripts/{b,writeSchemas}*.ts',
  'package.json',
  'tsconfig*.json',
]

export default function build(): void {
  const builtAt = statSync(BIN, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const isOld = globSync(SOURCES, { cwd: ROOT }).some((file) => statSync(join(ROOT, file)).mtimeMs > builtAt)
  if (isOld) execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' })
}
