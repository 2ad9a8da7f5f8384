/** Where a result was measured: results are comparable only with their like. */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { ciSystem } from '../config/index.ts'
import type { Environment } from '../result/index.ts'

const GIT_ARGS = ['rev-parse', 'HEAD']
const GIT_TIMEOUT_MS = 1000

let known: Environment | undefined

export function environment(): Environment {
  known ??= describe(givenCommit() ?? gitCommit())
  return known
}

/** Finds it out beside other work: asking git takes longer than all else. */
export async function readEnvironment(): Promise<void> {
  if (known !== undefined) return
  const commit =
    givenCommit() ??
    (await new Promise<string | null>((resolve) => {
      execFile('git', GIT_ARGS, { timeout: GIT_TIMEOUT_MS }, (error, stdout) =>
        resolve(error === null ? stdout.trim() || null : null),
      )
    }))
  known ??= describe(commit)
}

function describe(commit: string | null): Environment {
  return {
    node: process.versions.node,
    perfgate: packageVersion(),
    os: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    ci: ciSystem(process.env) ?? null,
    commit,
  }
}

function givenCommit(): string | undefined {
  return process.env['GITHUB_SHA'] ?? process.env['CI_COMMIT_SHA']
}

export function packageVersion(): string {
  // The package's own file lies two folders up from the sources, three from what is built of them.
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as {
        name?: string
        version?: string
      }
      if (name === 'perfgate' && version) return version
    } catch {
      // Not there: try the next.
    }
  }
  return 'unknown'
}

function gitCommit(): string | null {
  try {
    return (
      execFileSync('git', GIT_ARGS, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: GIT_TIMEOUT_MS,
      }).trim() || null
    )
  } catch {
    return null
  }
}
