/**
 * Writes every file of the repository that is made from others: `npm run generate`. With `--check` it writes nothing, and
 * fails where one is not current; with names, as in `node scripts/generate.ts options`, it is about those alone.
 *
 * A generator is one line in GENERATORS.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { roomsConfig } from './rooms.ts'
import { metricsPage } from './writeMetrics.ts'
import { optionsPage } from './writeOptions.ts'
import { resultsPage } from './writeResults.ts'

interface Generator {
  /** Text by path, from the top of the repository. */
  files(): Record<string, string> | Promise<Record<string, string>>
  /** Made from dist/, so that a test of the built package checks it. */
  needsBuild?: true
}

export const GENERATORS: Record<string, Generator> = {
  rooms: { files: () => ({ 'biome.folders.json': roomsConfig() }) },
  options: { files: () => ({ 'docs/reference/options.md': optionsPage() }) },
  metrics: { files: () => ({ 'docs/reference/metrics.md': metricsPage() }) },
  results: { files: () => ({ 'docs/reference/results.md': resultsPage() }) },
  types: { files: async () => (await import('./writeTypes.ts')).typesFiles(), needsBuild: true },
}

/** @returns paths whose text is not what their generator makes */
export async function outdated(names: readonly string[] = Object.keys(GENERATORS)): Promise<string[]> {
  const made = await madeBy(names.filter((name) => !generatorNamed(name).needsBuild))
  return made.filter(([path, text]) => readFileSync(place(path), 'utf8') !== text).map(([path]) => path)
}

async function madeBy(names: readonly string[]): Promise<[path: string, text: string][]> {
  const all = await Promise.all(names.map((name) => generatorNamed(name).files()))
  return all.flatMap(Object.entries)
}

function generatorNamed(name: string): Generator {
  const generator = GENERATORS[name]
  if (generator === undefined)
    throw new Error(`generate "${name}": unknown; known: ${Object.keys(GENERATORS).join(', ')}`)
  return generator
}

function place(path: string): URL {
  return new URL(`../${path}`, import.meta.url)
}

if (import.meta.main) {
  const words = process.argv.slice(2)
  const named = words.filter((word) => word !== '--check')
  const names = named.length === 0 ? Object.keys(GENERATORS) : named
  if (words.includes('--check')) {
    const old = await outdated(names)
    for (const path of old) console.error(`${path} is not current: npm run generate`)
    process.exitCode = old.length === 0 ? 0 : 1
  } else for (const [path, text] of await madeBy(names)) writeFileSync(place(path), text)
}
