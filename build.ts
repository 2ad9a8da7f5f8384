/** Builds dist/: the package in a few bundled files, its types, and the data files the embedded server and datasets read. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync } from 'node:fs'
import { bundlePackage } from './bundlePackage.ts'
import { bundlePage } from './bundlePage.ts'
import { writeSchemas } from './src/scenarios/writeSchemas.ts'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })
cpSync('fixtures/datasets', 'dist/fixtures/datasets', { recursive: true })
await Promise.all([bundlePackage('dist'), bundlePage()])
writeSchemas('dist/schemas')
chmodSync('dist/src/cli/bin.js', 0o755)
