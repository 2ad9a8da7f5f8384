/** The Vitest plugin: makes a project a place where measurements are valid, and adds the reporter that shows them. */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configDefaults, type Plugin } from 'vitest/config'
import type { VitestPluginContext } from 'vitest/node'
import { ciSystem } from '../../config/ci.ts'
import { findConfigFile, fromHere } from '../../config/files/find.ts'
import { requireNode } from '../../config/node.ts'
import { readTables, type Tables } from '../tables.ts'
import { liveFileOf } from './live.ts'
import { cancelOnSignals } from './stopping.ts'

export interface PerfgateOptions {
  /** Where result DBs, JSON and Markdown go, from the project's root. Default `./outputs`. */
  outputsDir?: string
  /** Files that hold perf tests, where the project has no `include` of its own. Default all `.perf.` files (ts, js, mts …). */
  include?: string[]
  /** False: no tables in the terminal, no Markdown files. */
  reporter?: boolean
  /**
   * Of which perf tests the terminal shows tables: of all, of those that did not pass, or of none; others have one line
   * each. Default `all` for up to five perf tests, else `failed`. PERFGATE_TABLES wins. Files do not depend on it.
   */
  tables?: Tables
  /** Config file with defaults, from the project's root; false: none. Default: the nearest `perfgate.config.*` of the project. */
  config?: string | false
}

/** What the plugin hands to the tests through Vitest's `provide`. */
export interface PerfgateSettings {
  outputsDir: string | null
  /** Absent: by the number of tests. */
  tables?: Tables
  /** Where a worker writes how far its load is. Absent: nobody looks. */
  liveFile?: string
  /** Of the config file: its options, where each of them stands, and which values are secret. */
  defaults?: { values: Record<string, unknown>; places: Record<string, string>; secrets: readonly string[] }
}

declare module 'vitest' {
  interface ProvidedContext {
    perfgate: PerfgateSettings
  }
}

const PERF_FILES = ['**/*.perf.?(c|m)[jt]s?(x)']
/** Late, so that a perf project runs when every project that may use the whole machine is done. */
const GROUP_ORDER = 1000
/** Of perf files, where the config has no projects. */
const OWN_PROJECT = 'perf'
const REPORTER_NAME = 'perfgate/vitest/reporter'

/**
 * Goes into the config of the project that holds perf tests: `plugins: [perfgate({ outputsDir: 'reports' })]`. In a config
 * without `projects` and `include`, which has other tests too, perf files get a project of their own beside them.
 *
 * Perf files run one at a time, each in its own process, after other projects. A custom `runner`, `include`,
 * `reporters` and `sequence.groupOrder` stay as the user set them.
 */
export function perfgate(options: PerfgateOptions = {}): Plugin {
  requireNode()
  return {
    name: 'perfgate',
    config: () => ({ test: { server: { deps: { external: [ownFiles()] } } } }),
    // Here and not in `config`: Vite would join our lists with the user's, and the reporters belong to the root alone.
    async configureVitest(context) {
      const { vitest } = context
      checkVersion(vitest.version)
      for (const project of await perfProjects(context, options)) await setUpProject(project, vitest, options)
      if (options.reporter === false) await keepFiguresOut(vitest)
      else addReporter(vitest)
      cancelOnSignals(vitest)
    },
  }
}

/** Package managers only warn of a peer that is too old; what Vitest then says names one of our modules. */
function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 4 || (major === 4 && minor < 1))
    throw new Error(`perfgate: needs Vitest 4.1 or newer, this is Vitest ${version}; npm install -D vitest@latest`)
}

type Project = VitestPluginContext['project']
type Vitest = VitestPluginContext['vitest']

/** Other tests of a config keep their settings: they may run side by side, and perf files may not. */
async function perfProjects(
  { vitest, project, injectTestProjects }: VitestPluginContext,
  { include = PERF_FILES }: PerfgateOptions,
): Promise<Project[]> {
  const isWholeConfig = project.config === vitest.config
  if (!isWholeConfig || !sameList(project.config.include, configDefaults.include)) return [project]
  const name = project.name === OWN_PROJECT ? 'perfgate' : OWN_PROJECT
  // Empty where `--project` asks for another.
  return await injectTestProjects({
    extends: true,
    test: { name, include, browser: { enabled: false }, server: { deps: { external: [ownFiles()] } } },
  })
}

async function setUpProject(project: Project, vitest: Vitest, options: PerfgateOptions): Promise<void> {
  const { config } = project
  config.runner ??= own('runner')
  if (sameList(config.include, configDefaults.include)) config.include = options.include ?? PERF_FILES
  config.maxWorkers = 1
  // A broken threshold has no stack: GitHub's annotation of it stands where the test is called. Elsewhere the line
  // would only be in every name that is printed.
  if (ciSystem(process.env) === 'github') config.includeTaskLocation ??= true
  if (config.sequence.groupOrder === 0) config.sequence.groupOrder = GROUP_ORDER
  const tables = readTables(options.tables)
  project.provide('perfgate', {
    outputsDir: outputsFolder(options, project) ?? null,
    ...(tables === undefined ? {} : { tables }),
    ...(options.reporter === false ? {} : { liveFile: liveFileOf(vitest) }),
    ...(await defaultsOf(options, config.root, vitest)),
  })
}

/** @throws ConfigError when the config file is wrong */
async function defaultsOf(
  { config, outputsDir }: PerfgateOptions,
  cwd: string,
  { logger }: Vitest,
): Promise<Pick<PerfgateSettings, 'defaults'>> {
  const file = config ?? findConfigFile(cwd)
  if (file === undefined || file === false) return {}
  // All options and their checks: loaded where there is a file to check.
  const { loadConfigLayer } = await import('../../config/files/index.ts')
  const layer = loadConfigLayer({ file, cwd })!
  // Not on stdout, which may be read by a program.
  logger.error(`perfgate: config file: ${layer.file}`)
  // Said to the plugin, it is said nearer to the tests.
  const { outputsDir: _, ...rest } = layer.values
  const values = outputsDir === undefined ? layer.values : rest
  const places = Object.fromEntries(Object.keys(values).map((name) => [name, layer.place([name])]))
  return { defaults: { values, places, secrets: layer.secrets } }
}

function addReporter(vitest: Vitest): void {
  const path = own('reporter')
  const present = vitest.config.reporters.some(
    (reporter) => Array.isArray(reporter) && (reporter[0] === path || reporter[0] === REPORTER_NAME),
  )
  if (!present) vitest.config.reporters.push([path, {}])
}

/** Without our reporter, Vitest's own would print some forty annotations under each failed test. */
async function keepFiguresOut(vitest: Vitest): Promise<void> {
  const { FIGURES_KEPT_OUT } = await import('./internals.ts')
  // Further projects of the same run share it.
  if (!vitest.config.reporters.includes(FIGURES_KEPT_OUT)) vitest.config.reporters.push(FIGURES_KEPT_OUT)
}

/** Short where it can be: it is shown in the table as the way to the result DB. */
function outputsFolder({ outputsDir }: PerfgateOptions, project: Project): string | undefined {
  if (outputsDir === undefined) return undefined
  return fromHere(resolve(project.config.root, outputsDir))
}

function own(module: 'runner' | 'reporter'): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./${module}.${extension}`, import.meta.url))
}

/** Our built files, which Vitest need not transform where the package is linked rather than installed. */
function ownFiles(): RegExp {
  const folder = fileURLToPath(new URL('../../../', import.meta.url)).replaceAll('\\', '/')
  return new RegExp(`^${folder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(dist/)?(src|fixtures|chunks)/.*\\.js$`)
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}
