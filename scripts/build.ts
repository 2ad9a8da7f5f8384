/** Builds dist/: the package in a few bundled files, its types, and the data files the embedded server and datasets read. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { bundlePackage } from './bundlePackage.ts'
import { bundlePage } from './bundlePage.ts'
import { writeSchemas } from './writeSchemas.ts'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })
cpSync('fixtures/datasets', 'dist/fixtures/datasets', { recursive: true })
await Promise.all([bundlePackage('dist'), bundlePage()])
writeSchemas('dist/schemas')
chmodSync('dist/src/cli/bin.js', 0o755)

// The examples find the package as they would in a project of their own: by its name.
if (existsSync('examples')) {
  mkdirSync('examples/node_modules', { recursive: true })
  rmSync('examples/node_modules/perfgate', { recursive: true, force: true })
  symlinkSync(process.cwd(), 'examples/node_modules/perfgate', 'junction')
}
