/** The config under which each test framework runs perf tests, and where their results go. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change, Project } from './project.ts'

export interface FrameworkConfig {
  changes: Change[]
  /** Of the script in package.json. */
  command: string
  /** From the project's folder, where results are written. */
  outputsDir: string
}

const USUAL_OUTPUTS = 'reports'

/** A folder that holds something of the user's is not for results, which are not to be committed. */
function freeFolder(project: string): string {
  const usual = join(project, USUAL_OUTPUTS)
  const isFree = !existsSync(usual) || readdirSync(usual).every((name) => /_benchmark_|^summary\.md$|^\./.test(name))
  return isFree ? USUAL_OUTPUTS : 'perf/reports'
}

/** Node's own test runner has no config file: the reporter of the summary is said in the script, the folder in ours. */
export function nodeConfig({ folder }: Project): FrameworkConfig {
  const reporters = ['spec', 'perfgate/node-test/reporter']
    .map((name) => `--test-reporter=${name} --test-reporter-destination=stdout`)
    .join(' ')
  const command = `node --test ${reporters} "perf/**/*.perf.*"`
  const present = readdirSync(folder).find((name) => /^perfgate\.config\.\w+$/.test(name))
  if (present !== undefined) {
    const text = readFileSync(join(folder, present), 'utf8')
    const [, outputsDir = 'outputs'] = /outputs-?dir['"]?\s*:\s*['"`]?([\w./-]+)/i.exec(text) ?? []
    return { changes: [{ kind: 'keep', path: present, why: 'it is there' }], command, outputsDir }
  }
  const outputsDir = freeFolder(folder)
  const text = `${JSON.stringify({ outputsDir }, null, 2)}\n`
  return { changes: [{ kind: 'create', path: 'perfgate.config.json', text }], command, outputsDir }
}

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

/** CommonJS, which Jest reads in packages of either kind. */
const NAME = 'jest.perf.config.cjs'
const COMMAND = `jest --config ${NAME}`

export function jestConfig({ folder }: Project): FrameworkConfig {
  const path = join(folder, NAME)
  if (existsSync(path)) {
    const [, outputsDir = 'outputs'] = /outputsDir:\s*['"`]([^'"`]+)/.exec(readFileSync(path, 'utf8')) ?? []
    return { changes: [{ kind: 'keep', path: NAME, why: 'it is there' }], command: COMMAND, outputsDir }
  }
  const outputsDir = freeFolder(folder)
  return { changes: [{ kind: 'create', path: NAME, text: jestConfigText(outputsDir) }], command: COMMAND, outputsDir }
}

function jestConfigText(outputsDir: string): string {
  return `// Apart from the other tests: load is sent by the perf script alone, never by theirs.
module.exports = {
  preset: 'perfgate/jest',
  testMatch: ['<rootDir>/perf/**/*.perf.*'],
  testEnvironmentOptions: { outputsDir: '${outputsDir}' },
}
`
}
