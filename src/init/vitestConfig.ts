/**
 * The Vitest config under which perf tests run.
 *
 * Where Vitest tests something already, perf tests get a config of their own: in the project's config they would send
 * their load with every run of the unit tests, and the plugin's single worker would slow those down.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from './change.ts'
import { type FrameworkConfig, freeFolder } from './frameworkConfig.ts'
import type { Project } from './project.ts'

export function vitestConfig(project: Project): FrameworkConfig {
  const own = readdirSync(project.folder)
    .filter((name) => /^vitest\.(perf\.)?config\.\w+$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(project.folder, name), 'utf8') }))
  const present = own.find(({ text }) => text.includes('perfgate/vitest/config'))
  if (present !== undefined) {
    const [, outputsDir = 'outputs'] = /outputsDir:\s*['"`]([^'"`]+)/.exec(present.text) ?? []
    const change: Change = { kind: 'keep', path: present.name, why: 'it has the plugin' }
    return { changes: [change], command: vitestCommand(present.name), outputsDir }
  }
  const outputsDir = freeFolder(project.folder)
  const stem = project.isFrameworkInUse ? 'vitest.perf.config' : 'vitest.config'
  const name = `${stem}.${project.isTypeScript ? 'ts' : project.isModule ? 'js' : 'mjs'}`
  const text = vitestConfigText(outputsDir, project.isFrameworkInUse)
  if (existsSync(join(project.folder, name))) {
    const advice = `${name} lacks the plugin: put perfgate({ outputsDir: '${outputsDir}' }) from 'perfgate/vitest/config' into its plugins`
    const changes: Change[] = [
      { kind: 'keep', path: name, why: 'it is there' },
      { kind: 'advise', text: advice },
    ]
    return { changes, command: vitestCommand(name), outputsDir }
  }
  return { changes: [{ kind: 'create', path: name, text }], command: vitestCommand(name), outputsDir }
}

/** Vitest finds a config of the usual name by itself. */
function vitestCommand(config: string): string {
  return /^vitest\.config\./.test(config) ? 'vitest run perf/' : `vitest run --config ${config}`
}

function vitestConfigText(outputsDir: string, isOwn: boolean): string {
  return `import { perfgate } from 'perfgate/vitest/config'
import { defineConfig } from 'vitest/config'

${isOwn ? '// Apart from the other tests: load is sent by the perf script alone, never by theirs.\n' : ''}export default defineConfig({
  plugins: [perfgate({ outputsDir: '${outputsDir}' })],${isOwn ? "\n  test: { include: ['perf/**/*.perf.*'] }," : ''}
})
`
}
