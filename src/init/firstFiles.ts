/** The first perf test of a project, the script that runs it, and the line that keeps its results out of git. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Change, Framework, Project } from './project.ts'

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
  // In CI, where results are uploaded, the texts of prompts and answers are left out of them.
  store: process.env.CI ? 'metrics' : 'full',
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

interface Script {
  change: Change
  name: string
}

export function perfScript(project: Project, command: string): Script {
  const scripts = project.manifest.scripts ?? {}
  const present = Object.keys(scripts).find((name) => name.startsWith('perf') && runsPerfTests(scripts[name]!, command))
  if (present !== undefined)
    return { name: present, change: { kind: 'keep', path: 'package.json', why: `script "${present}" is there` } }
  const name = ['perf', 'perf:llm', 'perfgate'].find((one) => scripts[one] === undefined) ?? 'perfgate:run'
  const what = `script "${name}": ${command}`
  return { name, change: { kind: 'edit', path: 'package.json', text: withScript(project, name, command), what } }
}

/** The same command, with whatever the user has added to it. */
function runsPerfTests(script: string, command: string): boolean {
  return script.includes(command)
}

/** Put in as text, so that the rest of the file stays as it was written. */
function withScript({ manifest, manifestText: text }: Project, name: string, command: string): string {
  const wanted = { ...manifest, scripts: { ...manifest.scripts, [name]: command } }
  const entry = `${JSON.stringify(name)}: ${JSON.stringify(command)}`
  const edited = text.replace(
    /("scripts"\s*:\s*\{)(\s*)(")/,
    (_, open, space, quote) => `${open}${space}${entry},${space}${quote}`,
  )
  if (parsesAs(edited, wanted)) return edited
  const [, indent = '  '] = /^\{\r?\n(\s+)"/.exec(text) ?? []
  return `${JSON.stringify(wanted, null, indent)}${/\s*$/.exec(text)![0]}`
}

function parsesAs(text: string, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), wanted)
  } catch {
    return false
  }
}

export function ignoredResults({ folder }: Project, outputsDir: string): Change {
  const path = join(folder, '.gitignore')
  const line = `${outputsDir.replace(/^\.\//, '')}/`
  if (!existsSync(path)) return { kind: 'create', path: '.gitignore', text: `node_modules/\n${line}\n` }
  const text = readFileSync(path, 'utf8')
  const isThere = text.split(/\r?\n/).some(
    (one) =>
      one
        .trim()
        .replace(/^\//, '')
        .replace(/\/?\*{0,2}$/, '/') === line,
  )
  if (isThere) return { kind: 'keep', path: '.gitignore', why: `${line} is in it` }
  const joint = text === '' || text.endsWith('\n') ? '' : '\n'
  return { kind: 'edit', path: '.gitignore', text: `${text}${joint}${line}\n`, what: line }
}
