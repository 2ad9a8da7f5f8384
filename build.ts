/** Builds dist/: compiled sources with their types, and the data files the embedded server and datasets read. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync } from 'node:fs'
import { bundlePage } from './bundlePage.ts'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })
cpSync('fixtures/datasets', 'dist/fixtures/datasets', { recursive: true })
await bundlePage()
chmodSync('dist/src/cli/bin.js', 0o755)
