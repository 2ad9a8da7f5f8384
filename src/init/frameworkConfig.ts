/** What a framework's config says of perf tests, and where their results go. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from './change.ts'

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
