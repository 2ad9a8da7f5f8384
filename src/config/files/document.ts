/** A file as a value, with the line each part of it stands on: YAML, JSON, or the default export of a module. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, resolve } from 'node:path'
import { types } from 'node:util'
import type { LineCounter, Node, Document as YamlDocument } from 'yaml'
import { ConfigError } from '../errors.ts'
import { findUnfit } from '../plainData.ts'
import { camelCase } from '../resolve.ts'
import { MODULE_EXTENSIONS, shownPath, TEXT_EXTENSIONS } from './find.ts'

export interface FileDocument {
  /** The absolute path. */
  path: string
  /** As it is shown: from the working folder, where it is below that. */
  file: string
  value: unknown
  /** True where `${NAME}` stands for a variable of the environment: not in modules, which have `process.env`. */
  isText: boolean
  /** `file:line` of the value at a path, or of what is nearest around it; the file alone for modules. */
  place(path: readonly PropertyKey[]): string
}

// Read when the first file is: most runs have none.
const require = createRequire(import.meta.url)

/**
 * Reads a file: a YAML stream may hold several documents, and a module may export a list.
 *
 * @throws ConfigError naming the file, and the line where there is one, when it cannot be read or is not what its
 *   extension says
 */
export function readDocuments(path: string): FileDocument[] {
  const file = shownPath(path)
  const extension = extname(path).toLowerCase()
  const absolute = resolve(path)
  if (includes(MODULE_EXTENSIONS, extension)) return moduleDocuments(absolute, file).map(fit)
  if (!includes(TEXT_EXTENSIONS, extension))
    throw new ConfigError(
      `${file}: cannot tell what it is; files end in ${[...TEXT_EXTENSIONS, ...MODULE_EXTENSIONS].join(', ')}`,
    )
  const text = readText(absolute, file)
  try {
    return (extension === '.json' ? [jsonDocument(text, absolute, file)] : yamlDocuments(text, absolute, file)).map(fit)
  } catch (error) {
    // Of parsers that call themselves for each level.
    if (error instanceof RangeError) throw new ConfigError(`${file}: is nested too deeply`)
    throw error
  }
}

/** @throws ConfigError where the value could not be read on, as one of YAML that has itself as an alias */
function fit(document: FileDocument): FileDocument {
  const unfit = findUnfit(document.value)
  if (unfit === undefined) return document
  const where = unfit.path.length === 0 ? '' : ` "${unfit.path.map(String).join('.')}":`
  throw new ConfigError(`${document.place(unfit.path)}:${where} ${unfit.why}`)
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${message}`}`)
  }
}

function yamlDocuments(text: string, path: string, file: string): FileDocument[] {
  const { parseAllDocuments, LineCounter } = yaml()
  const lines = new LineCounter()
  const parsed = [parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })].flat()
  const documents = parsed.filter(({ contents, errors }) => contents !== null || errors.length > 0)
  if (documents.length === 0) throw new ConfigError(`${file}: is empty`)
  return documents.map((document) => ({
    path,
    file,
    value: valueIn(document, lines, file),
    isText: true,
    place: (where) => placeIn(document, lines, file, where),
  }))
}

function valueIn(document: YamlDocument, lines: LineCounter, file: string): unknown {
  // A tag such as !secret, which nothing here would act on, is only a warning there.
  const fault = document.errors[0] ?? document.warnings[0]
  if (fault !== undefined) {
    const words = /call stack/.test(fault.message) ? 'is nested too deeply' : fault.message
    throw new ConfigError(`${file}:${lines.linePos(fault.pos[0]).line}: ${words}`)
  }
  try {
    return document.toJS()
  } catch (error) {
    if (error instanceof RangeError) throw error
    const { message } = error as Error
    const isTooMany = /alias count/i.test(message)
    throw new ConfigError(`${file}: ${isTooMany ? 'its aliases stand for too many values; write them out' : message}`)
  }
}

function jsonDocument(text: string, path: string, file: string): FileDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const { message } = error as Error
    const [, offset] = /at position (\d+)/.exec(message) ?? []
    const end = offset === undefined ? text.trimEnd().length : Number(offset)
    throw new ConfigError(`${file}:${text.slice(0, end).split('\n').length}: is not JSON: ${message}`)
  }
  const { parseDocument, LineCounter } = yaml()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  // JSON.parse takes the last of two keys in silence.
  const twice = document.errors.find(({ code }) => code === 'DUPLICATE_KEY')
  if (twice !== undefined) throw new ConfigError(`${file}:${lines.linePos(twice.pos[0]).line}: ${twice.message}`)
  return { path, file, value, isText: true, place: (where) => placeIn(document, lines, file, where) }
}

/** The key rather than the value, which may begin lines below. */
function placeIn(document: YamlDocument, lines: LineCounter, file: string, path: readonly PropertyKey[]): string {
  const { isAlias, isMap, isScalar, isSeq } = yaml()
  let node: Node | null | undefined = document.contents as Node | null
  let offset = node?.range?.[0]
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pairs = node.items.map(({ key, value }) => ({ name: String(isScalar(key) ? key.value : key), key, value }))
      const found =
        pairs.find(({ name }) => name === String(part)) ??
        pairs.find(({ name }) => camelCase(name) === camelCase(String(part)))
      if (found === undefined) break
      offset = (found.key as Node | null)?.range?.[0] ?? offset
      node = found.value as Node | null
    } else if (isSeq(node)) {
      node = node.items[Number(part)] as Node | undefined
      offset = node?.range?.[0] ?? offset
    } else break
  }
  return offset === undefined ? file : `${file}:${lines.linePos(offset).line}`
}

function moduleDocuments(path: string, file: string): FileDocument[] {
  let exported: unknown
  try {
    exported = require(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_REQUIRE_ASYNC_MODULE')
      throw new ConfigError(`${file}: has a top-level await; read what it needs with synchronous calls`)
    if (code === 'MODULE_NOT_FOUND' && message.includes(`'${path}'`))
      throw new ConfigError(`${file}: there is no such file`)
    throw new ConfigError(`${file}: cannot be loaded: ${message}`)
  }
  const value = defaultOf(exported)
  if (value === undefined) throw new ConfigError(`${file}: has no default export; write "export default { … }"`)
  if (typeof value === 'function' || typeof (value as { then?: unknown } | null)?.then === 'function')
    throw new ConfigError(
      `${file}: exports a ${typeof value === 'function' ? 'function' : 'promise'}; export the object itself`,
    )
  return [value].flat().map((one) => ({ path, file, value: one, isText: false, place: () => file }))
}

/** `export default` of an ES module, `module.exports` of a CommonJS one. */
function defaultOf(exported: unknown): unknown {
  const { default: inner, __esModule } = Object(exported) as { default?: unknown; __esModule?: unknown }
  return types.isModuleNamespaceObject(exported) || __esModule === true ? inner : exported
}

function yaml(): typeof import('yaml') {
  return require('yaml') as typeof import('yaml')
}

function includes(list: readonly string[], word: string): boolean {
  return list.includes(word)
}
