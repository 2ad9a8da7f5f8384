/** The options of a config file, under what each test says itself. */
import { comparable, joinLayers, type Layer, type Layered, loadConfigLayer } from '../config/files/index.ts'
import { camelCase } from '../config/index.ts'

/**
 * The config file of a project, read when the first test asks for it.
 *
 * @param outputsDir said to the framework, it is said nearer to the tests than in the file
 * @param say gets one sentence that names the file, when it is read
 */
export function projectDefaults(
  folder: string,
  outputsDir?: string,
  say?: (text: string) => void,
): () => Layer | undefined {
  let read: { layer: Layer | undefined } | undefined
  return () => {
    if (read === undefined) {
      read = { layer: loadConfigLayer({ cwd: folder }) }
      if (read.layer !== undefined) say?.(`config file: ${read.layer.file}`)
    }
    const { layer } = read
    if (layer === undefined || outputsDir === undefined) return layer
    const { outputsDir: _, ...values } = layer.values
    return { ...layer, values }
  }
}

/** @param scenario options in any spelling, of which no two name the same */
export function overDefaults(
  defaults: Layer | undefined,
  scenario: Record<string, unknown>,
  isComparison = false,
): Layered {
  const under = isComparison ? comparable(defaults) : defaults
  if (under === undefined) return { config: scenario, origins: new Map() }
  const values = Object.fromEntries(Object.entries(scenario).map(([key, value]) => [camelCase(key), value]))
  return joinLayers([under, { values, place: () => '', secrets: [] }])
}
