/** `perfgate init`: the files of a first gate in a project that has none. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError } from '../config/index.ts'
import { ciJobs } from './ciJob.ts'
import { firstPerfTest, ignoredResults, perfScript } from './firstFiles.ts'
import { type FrameworkConfig, jestConfig, nodeConfig, vitestConfig } from './frameworks.ts'
import type { Change } from './project.ts'
import { type Framework, hasPackage, type Project, WORDS } from './project.ts'

export type { Change } from './project.ts'
export { type Project, readProject, type Wishes } from './project.ts'

export interface Plan {
  changes: Change[]
  /** What to type now, in order. */
  next: string[]
}

const CONFIGS: Record<Framework, (project: Project) => FrameworkConfig> = {
  vitest: vitestConfig,
  jest: jestConfig,
  node: nodeConfig,
}

/** What would be done; nothing is written. A project that has all of it already gets no change but `keep`. */
export function planInit(project: Project): Plan {
  const config = CONFIGS[project.framework](project)
  const script = perfScript(project, config.command)
  const changes = [
    firstPerfTest(project),
    ...config.changes,
    script.change,
    ignoredResults(project, config.outputsDir),
    ...ciJobs({ project, script: script.name, outputsDir: config.outputsDir }),
  ]
  const words = WORDS[project.packageManager]
  const needed = ['perfgate', ...(project.framework === 'node' ? [] : [project.framework])]
  const lacking = needed.filter((name) => !hasPackage(project.manifest, name))
  const add = lacking.length === 0 ? [] : [`${words.add} ${lacking.join(' ')}`]
  return { changes, next: [...add, words.run(script.name)] }
}

/** @throws ConfigError where a file cannot be written, or has come to be since it was looked for */
export function applyInit(project: Project, { changes }: Plan): void {
  for (const change of changes) {
    if (change.kind !== 'create' && change.kind !== 'edit') continue
    const path = join(project.folder, change.path)
    if (change.kind === 'create' && existsSync(path)) throw new ConfigError(`${path}: is there already; left alone`)
    try {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, change.text, { flag: change.kind === 'create' ? 'wx' : 'w' })
    } catch (error) {
      throw new ConfigError(`${path}: cannot be written: ${(error as Error).message}`)
    }
  }
}
