/** What a framework's config says of perf tests, and where their results go. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from './change.ts'
import type { Project } from './project.ts'

export interface FrameworkConfig {
  changes: Change[]
  /** Of the script in package.json. */
  command: string
  /** From the project's folder, where results are written. */
  outputsDir: string
}

const USUAL_OUTPUTS = 'reports'

/** A folder that holds something of the user's is not for results, which are not to be committed. */
export function freeFolder(project: string): string {
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
