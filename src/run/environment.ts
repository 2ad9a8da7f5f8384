/** Where a result was measured: results are comparable only with their like. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import type { Environment } from '../result/index.ts'

const CI_NAMES: [variable: string, name: string][] = [
  ['GITHUB_ACTIONS', 'github'],
  ['GITLAB_CI', 'gitlab'],
  ['CIRCLECI', 'circleci'],
  ['BUILDKITE', 'buildkite'],
  ['JENKINS_URL', 'jenkins'],
  ['CI', 'ci'],
]

let known: Environment | undefined

export function environment(): Environment {
  known ??= {
    node: process.versions.node,
    perfgate: packageVersion(),
    os: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    ci: CI_NAMES.find(([variable]) => process.env[variable])?.[1] ?? null,
    commit: process.env['GITHUB_SHA'] ?? process.env['CI_COMMIT_SHA'] ?? gitCommit(),
  }
  return known
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
      execFileSync('git', ['rev-parse', 'HEAD'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 1000,
      }).trim() || null
    )
  } catch {
    return null
  }
}
