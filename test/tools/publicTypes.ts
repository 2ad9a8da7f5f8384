/** The public types of every entry point, as api-extractor reads them from the built declarations. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import type { Entry, PublicTypes } from '../../scripts/writeTypes.ts'

const ROOT = join(import.meta.dirname, '../..')
const SCRATCH = join(import.meta.dirname, 'node_modules/.cache/api-extractor')

/** The entries of package.json that have types. */
export function entries(): Entry[] {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string; import?: { types: string } } | string>
  }
  return Object.entries(exports).flatMap(([path, target]) => {
    const types = typeof target === 'object' ? (target.types ?? target.import?.types) : undefined
    return types === undefined ? [] : [{ path: `perfgate${path.slice(1)}`, types: join(ROOT, types) }]
  })
}

/** Needs built types in dist/. It takes seconds. */
export function readPublicTypes(): PublicTypes[] {
  mkdirSync(SCRATCH, { recursive: true })
  const all = entries().map((entry) => ({ ...entry, model: join(SCRATCH, `${entry.path.replaceAll('/', '-')}.json`) }))
  const configs = all.map(configOf)
  // One reading of the types for all entries.
  const compilerState = CompilerState.create(configs[0]!, { additionalEntryPoints: all.map(({ types }) => types) })
  return all.map((entry, i) => {
    const errors: string[] = []
    Extractor.invoke(configs[i]!, {
      compilerState,
      localBuild: true,
      messageCallback: (message) => {
        if (message.logLevel === 'error') errors.push(message.text)
        message.handled = true
      },
    })
    return { ...entry, errors }
  })
}

/** As a user's compiler reads our types. */
const OPTIONS = { target: 'es2024', lib: ['es2024'], module: 'nodenext', types: ['node'], strict: true }

function configOf({ types, model }: { types: string; model: string }): ExtractorConfig {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: OPTIONS, files: [types] }, skipLibCheck: true },
      apiReport: { enabled: false },
      docModel: { enabled: true, apiJsonFilePath: model, includeForgottenExports: true },
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
