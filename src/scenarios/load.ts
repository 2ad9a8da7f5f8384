/** Scenario files, found, read, extended and multiplied: one scenario for each row, ready for any door. */

// Not `globSync` by its name: an older Node, which has none, is to get as far as to say which Node is needed.
import fs, { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import {
  type Environment,
  joinLayers,
  type Layer,
  type Layered,
  MODULE_EXTENSIONS,
  readDocuments,
  shownPath,
  TEXT_EXTENSIONS,
} from '../config/files/index.ts'
import { ConfigError, nearest } from '../config/index.ts'
import type { ComparisonConfig } from '../run/index.ts'
import type { ComparedSides, ScenarioOptions } from './define.ts'
import { readParts, type ScenarioParts } from './shape.ts'

export interface LoadedScenario {
  name: string
  /** Where it stands, as it is shown. */
  file: string
  /** How it is run: measured and judged, searched for its capacity, or as a comparison. */
  kind: 'run' | 'capacity' | 'comparison'
  /** For `perfTest`, `perfTest.capacity` and `runPerfBenchmark`. */
  config: ScenarioOptions
  /** For `perfTest.compare` and `runComparison`; only of kind `comparison`. */
  comparison: ComparisonConfig | undefined
  /** What `comparison` has beside the options: the two sides, and how they are judged. */
  sides: ComparedSides | undefined
  /** What was said where, from the farthest base to the row of `each`. */
  layers: readonly Layer[]
}

export interface LoadOptions {
  /** Where relative patterns begin. Default: the working folder. */
  cwd?: string
  /** What `${NAME}` in files stands for. Default: the environment of the process. */
  env?: Environment
}

/**
 * Reads scenario files.
 *
 * Each option is checked by itself; how options go together is checked by the door, which may add options of its own.
 *
 * @param patterns files, folders, or globs as `scenarios/*.yaml`
 * @throws ConfigError with file and line, when there is no such file or something in one is wrong
 */
export function loadScenarios(
  patterns: string | readonly string[],
  { cwd = process.cwd(), env = process.env }: LoadOptions = {},
): LoadedScenario[] {
  return scenarioFiles([patterns].flat(), cwd).flatMap((path) => {
    const documents = readDocuments(path)
    return documents.flatMap((document, i) => {
      const read = extended(path, readParts(document, env), env, [resolve(path)])
      const fallback = basename(path).replace(/(\.scenario)?\.\w+$/, '') + (i === 0 ? '' : ` ${i + 1}`)
      return scenariosOf(read, read.name ?? fallback, shownPath(path))
    })
  })
}

/** A scenario with those it extends under it. */
interface Extended extends Pick<ScenarioParts, 'name' | 'rows' | 'compare'> {
  layers: Layer[]
}

function extended(path: string, parts: ScenarioParts, env: Environment, chain: readonly string[]): Extended {
  const bases = [parts.extends ?? []].flat().map((name) => {
    const base = resolve(dirname(path), name)
    if (chain.includes(base))
      throw new ConfigError(
        `${shownPath(path)}: "extends": goes round in a circle: ${[...chain, base].map(shownPath).join(' -> ')}`,
      )
    return readBase(base, path, name, env, chain)
  })
  const rows = [...bases, parts].findLast((one) => one.rows !== undefined)?.rows
  const compares = [...bases, parts].flatMap(({ compare }) => compare ?? [])
  return {
    name: parts.name,
    layers: [...bases.flatMap(({ layers }) => layers), parts.layer],
    rows,
    compare: compares.length === 0 ? undefined : Object.assign({}, ...compares),
  }
}

function readBase(base: string, from: string, name: string, env: Environment, chain: readonly string[]): Extended {
  let documents: ReturnType<typeof readDocuments>
  try {
    documents = readDocuments(base)
  } catch (error) {
    if (error instanceof ConfigError) error.message = `${shownPath(from)}: "extends": ${error.message}`
    throw error
  }
  if (documents.length > 1)
    throw new ConfigError(
      `${shownPath(from)}: "extends": ${name} holds ${documents.length} scenarios; one can be extended`,
    )
  return extended(base, readParts(documents[0]!, env), env, [...chain, base])
}

function scenariosOf({ layers, rows, compare }: Extended, name: string, file: string): LoadedScenario[] {
  if (rows === undefined) return [scenarioOf(layers, name, file, compare)]
  return rows.map((row) => scenarioOf([...layers, row], nameOf(name, row.values), file, compare))
}

function scenarioOf(
  layers: Layer[],
  name: string,
  file: string,
  compare: Record<string, unknown> | undefined,
): LoadedScenario {
  const { config } = joinLayers(layers)
  const named = { ...config, name }
  return {
    name,
    file,
    kind: compare !== undefined ? 'comparison' : config['slaAutoTune'] === true ? 'capacity' : 'run',
    config: named as ScenarioOptions,
    comparison: compare === undefined ? undefined : ({ ...named, ...compare } as unknown as ComparisonConfig),
    sides: compare,
    layers,
  }
}

/** `$parallel` in the name stands for the row's value; a name without any has the row after it. */
function nameOf(name: string, row: Record<string, unknown>): string {
  if (typeof row['name'] === 'string') return row['name']
  let isUsed = false
  const filled = name.replace(/\$([A-Za-z][\w.]*)/g, (written, path: string) => {
    const value = path
      .split('.')
      .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], row)
    if (value === undefined) return written
    isUsed = true
    return textOf(value)
  })
  if (isUsed) return filled
  const parts = Object.entries(row).map(([key, value]) => `${key} ${textOf(value)}`)
  return `${filled} (${parts.join(', ')})`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Options of several places over one another, and where each came from. */
export function layered(...layers: (Layer | undefined)[]): Layered {
  return joinLayers(layers.filter((layer) => layer !== undefined))
}

/** In a folder, modules are scenarios only where their name says so: there are other modules in the world. */
const IN_FOLDERS = `**/*{${[...TEXT_EXTENSIONS, ...MODULE_EXTENSIONS.map((extension) => `.scenario${extension}`)].join(',')}}`

/**
 * The files meant, each once, in the order of the patterns and within one by name. Files whose name begins with `_`
 * are there to be extended, and left out unless they are named.
 *
 * @param patterns files, folders, or globs as `scenarios/*.yaml`
 * @throws ConfigError when one means no file
 */
function scenarioFiles(patterns: readonly string[], cwd: string): string[] {
  return [...new Set(patterns.flatMap((pattern) => filesOf(pattern, cwd)))]
}

function filesOf(pattern: string, cwd: string): string[] {
  const path = resolve(cwd, pattern)
  if (existsSync(path) && !statSync(path).isDirectory()) return [path]
  const isFolder = existsSync(path)
  if (!isFolder && !/[*?[{]/.test(pattern)) throw new ConfigError(`${pattern}: there is no such file${meant(path)}`)
  const found = fs
    .globSync(isFolder ? IN_FOLDERS : pattern, {
      cwd: isFolder ? path : cwd,
      exclude: (name) => basename(name) === 'node_modules',
    })
    .map((name) => resolve(isFolder ? path : cwd, name))
    .filter((name) => !basename(name).startsWith('_') && !statSync(name).isDirectory())
    .toSorted()
  if (found.length === 0)
    throw new ConfigError(
      isFolder
        ? `${pattern}: there are no scenario files in this folder (${[...TEXT_EXTENSIONS, '.scenario.ts'].join(', ')})`
        : `${pattern}: no file fits this pattern, from ${shownPath(cwd)}`,
    )
  return found
}

function meant(path: string): string {
  const folder = dirname(path)
  if (!existsSync(folder)) return ''
  const near = nearest(basename(path), readdirSync(folder))
  return near === undefined ? '' : `, did you mean "${near}"?`
}
