/** `perfgate.config.json`, `.ts`, `.js` or `.yaml`: the defaults of a project, for every door. */
import { resolve } from 'node:path'
import { ConfigError } from '../errors.ts'
import type { Config } from '../schema.ts'
import { readDocuments } from './document.ts'
import { type Environment, substituteVariables } from './environment.ts'
import { findConfigFile } from './find.ts'
import type { Layer } from './layers.ts'
import { layerOf } from './options.ts'

export interface ConfigFileRequest {
  /** The file itself; false: none. Absent: the nearest `perfgate.config.*`, from `cwd` up to the end of its project. */
  file?: string | false | undefined
  /** Default: the working folder. */
  cwd?: string | undefined
  /** What `${NAME}` in the file stands for. Default: the environment of the process. */
  env?: Environment | undefined
}

/**
 * The defaults of a project, to be spread under what a scenario says:
 * `runPerfBenchmark({ ...loadConfig(), parallel: 8 })`.
 *
 * @returns an empty object where there is no config file
 * @throws ConfigError with file and line, when there is none by the name given or something in it is wrong
 */
export function loadConfig(request: ConfigFileRequest = {}): Config {
  return (loadConfigLayer(request)?.values ?? {}) as Config
}

/** @throws ConfigError as `loadConfig` does */
export function loadConfigLayer({
  file,
  cwd = process.cwd(),
  env = process.env,
}: ConfigFileRequest): Layer | undefined {
  if (file === false) return undefined
  const path = file === undefined ? findConfigFile(cwd) : resolve(cwd, file)
  if (path === undefined) return undefined
  const [document, second] = readDocuments(path)
  if (second !== undefined) throw new ConfigError(`${document!.file}: holds more than one document; a config is one`)
  const { value, isText, place } = document!
  const substituted = isText ? substituteVariables(value, env, place) : { value, whole: [], secrets: [] }
  return { ...layerOf(document!, withoutSchema(substituted.value), [], substituted), file: document!.file }
}

/** For editors alone. */
function withoutSchema(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { $schema, ...rest } = value as Record<string, unknown>
  return typeof $schema === 'string' || $schema === undefined ? rest : value
}
