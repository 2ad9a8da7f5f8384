/** The first perf test of a project. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from './change.ts'
import type { Framework, Project } from './project.ts'

const PERF_FILE = /\.perf\.[cm]?[jt]sx?$/

export function firstPerfTest(project: Project): Change {
  const folder = join(project.folder, 'perf')
  const present = existsSync(folder) ? readdirSync(folder).find((name) => PERF_FILE.test(name)) : undefined
  if (present !== undefined) return { kind: 'keep', path: `perf/${present}`, why: 'a perf test is there' }
  const path = `perf/chat.perf.${extension(project)}`
  if (existsSync(join(project.folder, path))) return { kind: 'keep', path, why: 'it is there' }
  return { kind: 'create', path, text: perfTestText(project) }
}

/**
 * In a CommonJS package a `.js` file with imports would be one in name only. Jest runs CommonJS without a flag and
 * without a transformer, in packages of either kind; Node's own test runner takes JavaScript as it is.
 */
function extension({ isTypeScript, isModule, framework }: Project): string {
  if (framework === 'jest') return 'cjs'
  return isTypeScript && framework === 'vitest' ? 'ts' : isModule ? 'js' : 'mjs'
}

const DOORS: Record<Framework, string> = {
  vitest: "import { perfTest } from 'perfgate/vitest'",
  jest: "const { perfTest } = require('perfgate/jest')",
  node: "import { perfTest } from 'perfgate/node-test'",
}

function perfTestText({ framework, variables: { url, model, apiKey } }: Project): string {
  const key = apiKey === undefined ? '' : `, apiKey: process.env.${apiKey}`
  const variables = [url, model, ...(apiKey === undefined ? [] : [apiKey])]
  return `${DOORS[framework]}

// Without ${url} the load goes to a small server inside perfgate, so that this runs anywhere; its times are made up.
// To measure your own endpoint set ${list(variables)}.
const endpoint = process.env.${url}
  ? { url: process.env.${url}, model: process.env.${model} || 'default'${key} }
  : { embedded: {} }

perfTest('chat answers in time', {
  ...endpoint,
  dataset: 'openqa',
  stream: true,
  maxTokens: 64,
  parallel: 4,
  number: 20,
  thresholds: {
    'p95(ttft)': '<= 2 s',
    'p99(latency)': '<= 20 s',
    successRate: '>= 99 %',
  },
})
`
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
