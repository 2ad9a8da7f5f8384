/** `perfgate.config.json`, `.ts`, `.js` or `.yaml`: the defaults of a project, each option checked with its line. */
import { resolve } from 'node:path'
import { ConfigError } from '../errors.ts'
import { camelCase, checkOptions } from '../resolve.ts'
import type { Config } from '../schema.ts'
import { type FileDocument, readDocuments } from './document.ts'
import { type Environment, plainValue, type Substituted, substituteVariables } from './environment.ts'
import { findConfigFile, fromFolderOf } from './find.ts'
import type { Layer } from './layers.ts'

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

/**
 * @param given the options, as they are written; `at` is their path in the document
 * @throws ConfigError with `file:line` and the path of what is wrong
 */
export function layerOf(
  document: FileDocument,
  given: unknown,
  at: readonly PropertyKey[],
  { whole, secrets }: Pick<Substituted, 'whole' | 'secrets'>,
): Layer {
  const place = (path: readonly PropertyKey[]): string => document.place([...at, ...path])
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ConfigError(
      `${place([])}: expected options like { url, model, parallel }, got ${JSON.stringify(given) ?? String(given)}`,
    )
  const values = settle({ ...given }, below(whole, at), place, (options) => void checkOptions(options))
  const named = Object.fromEntries(Object.entries(values).map(([key, value]) => [camelCase(key), value]))
  return { values: fromFolderOf(document.path, named), place, secrets }
}

/** The paths that begin with another, without that beginning. */
export function below(paths: Substituted['whole'], at: readonly PropertyKey[]): Substituted['whole'] {
  return paths.filter((path) => at.every((part, i) => path[i] === part)).map((path) => path.slice(at.length))
}

/**
 * Checks values. A text that came from a variable as a whole may stand for a number or a switch: where the text is
 * rejected, that is tried in its place.
 *
 * @param variables paths of such texts
 * @param check throws a ConfigError with the path of the value at fault
 * @throws that error, with the place before its message
 */
export function settle(
  given: Record<string, unknown>,
  variables: Substituted['whole'],
  place: Layer['place'],
  check: (values: Record<string, unknown>) => void,
): Record<string, unknown> {
  let values = given
  for (;;)
    try {
      check(values)
      return values
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const meant = variables.find((path) => begins(path, error.path) && typeof read(values, path) === 'string')
      const value = meant === undefined ? undefined : plainValue(read(values, meant) as string)
      if (meant === undefined || typeof value === 'string') {
        error.message = `${place(error.path)}: ${error.message}`
        throw error
      }
      values = write(values, meant, value) as Record<string, unknown>
    }
}

/** True when the value at fault is at the path, around it or in it. */
function begins(path: readonly PropertyKey[], fault: readonly PropertyKey[]): boolean {
  const length = Math.min(path.length, fault.length)
  return path.slice(0, length).every((part, i) => camelCase(String(part)) === camelCase(String(fault[i])))
}

function read(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], value)
}

function write(value: unknown, [key, ...rest]: readonly PropertyKey[], to: unknown): unknown {
  if (key === undefined) return to
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? write(item, rest, to) : item))
  const record = value as Record<PropertyKey, unknown>
  return { ...record, [key]: write(record[key], rest, to) }
}
