/** Writes etc/*.api.md, the public API as text, from the built types; `--check` only compares, as a test does. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
} from '@microsoft/api-extractor'

const ROOT = import.meta.dirname
const REPORTS = join(ROOT, 'etc')
const SCRATCH = join(ROOT, 'node_modules/.cache/api-extractor')

/** A report for each entry of package.json that has types, by its name: `perfgate`, `perfgate-vitest` … */
export function entries(): { name: string; path: string; types: string }[] {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string; import?: { types: string } } | string>
  }
  return Object.entries(exports).flatMap(([path, target]) => {
    const types = typeof target === 'object' ? (target.types ?? target.import?.types) : undefined
    if (types === undefined) return []
    const name = `perfgate${path.slice(1).replaceAll('/', '-')}`
    return [{ name, path: `perfgate${path.slice(1)}`, types: join(ROOT, types) }]
  })
}

export interface Reported {
  name: string
  /** The built types and the committed report say the same. */
  isSame: boolean
  /** What keeps the types from being read. */
  errors: string[]
  /** What its callers `import … from`: `perfgate/vitest`. */
  path: string
  /** The same declarations as JSON, with their comments. */
  model: string
}

/** @param write replaces reports that differ */
export function reportApi(write: boolean): Reported[] {
  mkdirSync(REPORTS, { recursive: true })
  mkdirSync(SCRATCH, { recursive: true })
  const all = entries()
  const configs = all.map(({ name, types }) => configOf(name, types))
  // One reading of the types for all entries.
  const compilerState = CompilerState.create(configs[0]!, { additionalEntryPoints: all.map(({ types }) => types) })
  return all.map(({ name, path }, i) => {
    const errors: string[] = []
    const { apiReportChanged } = Extractor.invoke(configs[i]!, {
      compilerState,
      localBuild: write,
      messageCallback: (message) => {
        if (message.logLevel === 'error') errors.push(message.text)
        quiet(message)
      },
    })
    return { name, path, isSame: !apiReportChanged, errors, model: modelFile(name) }
  })
}

/** As a user's compiler reads our types. */
const OPTIONS = { target: 'es2024', lib: ['es2024'], module: 'nodenext', types: ['node'], strict: true }

const modelFile = (name: string): string => join(SCRATCH, `${name}.api.json`)

function quiet(message: ExtractorMessage): void {
  message.handled = true
}

function configOf(name: string, types: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: OPTIONS, files: [types] }, skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: REPORTS,
        reportTempFolder: SCRATCH,
        includeForgottenExports: true,
      },
      docModel: { enabled: true, apiJsonFilePath: modelFile(name), includeForgottenExports: true },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  })
}

if (import.meta.main) {
  const differing = reportApi(!process.argv.includes('--check')).filter(({ isSame }) => !isSame)
  for (const { name } of differing) console.log(`etc/${name}.api.md`)
}
