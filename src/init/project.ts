/** What a project already says about itself, so that `perfgate init` need not ask, and the words it is told in. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ConfigError } from '../config/index.ts'

export type Change =
  /** A file that was not there. */
  | { kind: 'create'; path: string; text: string }
  /** A file of the user's, with something put in; `text` is the whole of it. */
  | { kind: 'edit'; path: string; text: string; what: string }
  /** There already, and left alone. */
  | { kind: 'keep'; path: string; why: string }
  /** What only the user can do. */
  | { kind: 'advise'; text: string }

type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun'
/** `node`: the test runner of Node itself. */
export type Framework = 'vitest' | 'jest' | 'node'
type CiSystem = 'github' | 'gitlab'

export interface Project {
  folder: string
  /** The root of the repository, or the folder itself where there is none. */
  repository: string
  /** From the repository's root to the folder, `''` when they are one. */
  pathInRepository: string
  manifestText: string
  manifest: Manifest
  packageManager: PackageManager
  /** Of `node:` in CI: a file of the project that says it, or a version. */
  node: { file: string } | { version: string }
  isModule: boolean
  isTypeScript: boolean
  framework: Framework
  /** The framework tests something already: by its config file or by a script of package.json. */
  isFrameworkInUse: boolean
  ci: CiSystem[]
  variables: Variables
}

interface Manifest {
  type?: string
  packageManager?: string
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  jest?: unknown
}

/** What the user says; the rest is found out. */
export interface Wishes {
  framework?: Framework | undefined
  ci?: CiSystem | 'none' | undefined
}

/**
 * @param env of the process: variables of an endpoint may be set there
 * @throws ConfigError where there is no package.json, or one that cannot be read
 */
export function readProject(folder: string, env: Record<string, string | undefined>, wishes: Wishes = {}): Project {
  const { text, manifest } = readManifest(folder)
  const repository = upTo(folder, (at) => existsSync(join(at, '.git'))) ?? folder
  const framework = wishes.framework ?? frameworkOf(folder, manifest)
  return {
    folder,
    repository,
    pathInRepository: relative(repository, folder).replaceAll('\\', '/'),
    manifestText: text,
    manifest,
    packageManager: packageManagerOf(folder, repository, manifest, env),
    node: nodeOf(repository),
    isModule: manifest.type === 'module',
    isTypeScript: existsSync(join(folder, 'tsconfig.json')) || hasPackage(manifest, 'typescript'),
    framework,
    isFrameworkInUse: isInUse(folder, manifest, framework),
    ci: wishes.ci === undefined ? ciOf(repository) : wishes.ci === 'none' ? [] : [wishes.ci],
    variables: findVariables(folder, env),
  }
}

export function hasPackage({ dependencies, devDependencies }: Manifest, name: string): boolean {
  return dependencies?.[name] !== undefined || devDependencies?.[name] !== undefined
}

function readManifest(folder: string): { text: string; manifest: Manifest } {
  const path = join(folder, 'package.json')
  if (!existsSync(path))
    throw new ConfigError(
      `there is no package.json in ${folder}: go to a project's folder, or make one with npm init -y`,
    )
  const text = readFileSync(path, 'utf8')
  try {
    const manifest: unknown = JSON.parse(text)
    if (typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest))
      return { text, manifest: manifest as Manifest }
  } catch {
    // Told below, like JSON that is not an object.
  }
  throw new ConfigError(`${path} is not a JSON object: mend it first`)
}

const LOCKFILES: [string, PackageManager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['pnpm-workspace.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
]

/** What package.json says, then the nearest lockfile, then the program that runs us. */
function packageManagerOf(
  folder: string,
  repository: string,
  manifest: Manifest,
  env: Record<string, string | undefined>,
): PackageManager {
  const known = (word: string | undefined): PackageManager | undefined =>
    LOCKFILES.find(([, name]) => name === word?.split(/[@/]/)[0])?.[1]
  let found = known(manifest.packageManager)
  for (let at = folder; found === undefined; at = dirname(at)) {
    found = LOCKFILES.find(([file]) => existsSync(join(at, file)))?.[1]
    if (at === repository || at === dirname(at)) break
  }
  return found ?? known(env['npm_config_user_agent']) ?? 'npm'
}

/** The lowest Node that runs us. */
const OLDEST_NODE = [22, 19] as const
const USUAL_NODE = '24'

/** A file of the project that names a Node that is new enough; its older Node would not run us. */
function nodeOf(repository: string): Project['node'] {
  for (const file of ['.nvmrc', '.node-version']) {
    const path = join(repository, file)
    if (!existsSync(path)) continue
    const [, major, minor = '99'] = /^v?(\d+)(?:\.(\d+))?/.exec(readFileSync(path, 'utf8').trim()) ?? []
    const [oldestMajor, oldestMinor] = OLDEST_NODE
    const isNewEnough = Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor)
    if (major !== undefined && isNewEnough) return { file }
  }
  return { version: USUAL_NODE }
}

function frameworkOf(folder: string, manifest: Manifest): Framework {
  if (hasPackage(manifest, 'vitest') || isInUse(folder, manifest, 'vitest')) return 'vitest'
  if (hasPackage(manifest, 'jest') || isInUse(folder, manifest, 'jest')) return 'jest'
  return isInUse(folder, manifest, 'node') ? 'node' : 'vitest'
}

function isInUse(folder: string, manifest: Manifest, framework: Framework): boolean {
  if (framework === 'jest' && manifest.jest !== undefined) return true
  const config = new RegExp(`^${framework}\\.(config|workspace)\\.\\w+$`)
  if (readdirSync(folder).some((name) => config.test(name))) return true
  const script = framework === 'node' ? /(^|[\s/&;])node\s.*--test\b/ : new RegExp(`(^|[\\s/&;])${framework}(\\s|$)`)
  return Object.entries(manifest.scripts ?? {}).some(([name, text]) => !name.startsWith('perf') && script.test(text))
}

/** By the files of a CI system, else by where the repository is hosted. */
function ciOf(repository: string): CiSystem[] {
  const found: CiSystem[] = []
  if (existsSync(join(repository, '.github'))) found.push('github')
  if (existsSync(join(repository, '.gitlab-ci.yml'))) found.push('gitlab')
  if (found.length > 0) return found
  const config = join(repository, '.git', 'config')
  const hosts = existsSync(config)
    ? [...readFileSync(config, 'utf8').matchAll(/^\s*url\s*=\s*(?:\w+:\/\/)?(?:[^@/\s]+@)?([^:/\s]+)/gm)].map(
        ([, host]) => host!,
      )
    : []
  if (hosts.some((host) => host.includes('github'))) return ['github']
  return hosts.some((host) => host.includes('gitlab')) ? ['gitlab'] : []
}

function upTo(folder: string, isIt: (at: string) => boolean): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (isIt(at)) return at
    if (at === dirname(at)) return undefined
  }
}

interface Variables {
  /** `LLM_URL` where the project has none of its own. */
  url: string
  model: string
  /** Absent: perfgate itself reads PERFGATE_API_KEY, then OPENAI_API_KEY. */
  apiKey: string | undefined
}

const FILES = ['.env.example', '.env.sample', '.env.template', '.env', '.env.local', '.env.test', '.env.development']

const URL_NAMES = [
  /^LLM_(BASE_)?URL$/,
  /^OPENAI_(API_)?BASE(_URL)?$/,
  /^(VLLM|OLLAMA|SGLANG|TGI|LITELLM|LLAMA|INFERENCE|MODEL|CHAT|AI)_\w*(URL|ENDPOINT|HOST|API_BASE)$/,
]
const MODEL_NAMES = [
  /^LLM_MODEL$/,
  /^OPENAI_MODEL(_NAME)?$/,
  /^(VLLM|OLLAMA|SGLANG|TGI|LITELLM|INFERENCE|CHAT|AI)_MODEL(_NAME)?$/,
  /^MODEL(_NAME)?$/,
]
const KEY_NAMES = [/^LLM_API_KEY$/, /^(VLLM|OLLAMA|SGLANG|TGI|LITELLM|INFERENCE|CHAT|AI)_API_KEY$/]

function findVariables(folder: string, env: Record<string, string | undefined>): Variables {
  const names = [...FILES.flatMap((file) => namesIn(join(folder, file))), ...Object.keys(env)]
  const first = (patterns: readonly RegExp[]): string | undefined => {
    for (const pattern of patterns) {
      const found = names.find((name) => pattern.test(name))
      if (found !== undefined) return found
    }
    return undefined
  }
  return { url: first(URL_NAMES) ?? 'LLM_URL', model: first(MODEL_NAMES) ?? 'LLM_MODEL', apiKey: first(KEY_NAMES) }
}

function namesIn(path: string): string[] {
  if (!existsSync(path)) return []
  return [...readFileSync(path, 'utf8').matchAll(/^\s*(?:export\s+)?#?\s*([A-Z][A-Z0-9_]*)\s*=/gm)].map(
    ([, name]) => name!,
  )
}

interface Words {
  /** Exactly what the lockfile says. */
  install: string
  /** As development dependencies. */
  add: string
  /** A script of package.json, with arguments for it. */
  run: (script: string, args?: string) => string
  exec: string
}

const spaced = (...words: string[]): string => words.filter((word) => word !== '').join(' ')

export const WORDS: Record<PackageManager, Words> = {
  npm: {
    install: 'npm ci',
    add: 'npm install --save-dev',
    run: (script, args = '') => spaced('npm run', script, args === '' ? '' : `-- ${args}`),
    exec: 'npx',
  },
  pnpm: {
    install: 'pnpm install --frozen-lockfile',
    add: 'pnpm add --save-dev',
    run: (script, args = '') => spaced('pnpm run', script, args),
    exec: 'pnpm exec',
  },
  yarn: {
    install: 'yarn install --immutable',
    add: 'yarn add --dev',
    run: (script, args = '') => spaced('yarn run', script, args),
    exec: 'yarn exec',
  },
  bun: {
    install: 'bun install --frozen-lockfile',
    add: 'bun add --dev',
    run: (script, args = '') => spaced('bun run', script, args),
    exec: 'bunx',
  },
}
