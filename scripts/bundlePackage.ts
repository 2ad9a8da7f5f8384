/**
 * Bundles the package's own modules, and zod, into a few files of dist/: a test file that imports perfgate would
 * otherwise wait for four hundred modules to be found and linked.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'rolldown'

const ROOT = fileURLToPath(new URL('../', import.meta.url))

/** Started by path, as threads or processes of their own, so that no import leads to them. */
const STARTED_BY_PATH = [
  'fixtures/serverThread.js',
  'src/datasets/randomThread.js',
  'src/load/thread.js',
  'src/run/commandSupervisor.js',
  'src/records/thread.js',
]

/** Nearly a hundred modules by itself, of which the schemas need a third. Other packages stay imports. */
const BUNDLED = /^zod(\/|$)/

export async function bundlePackage(folder: string): Promise<void> {
  await build({
    cwd: ROOT,
    input: Object.fromEntries(
      [...exported(/\.m?js$/), ...STARTED_BY_PATH].map((file) => [file, ROOT + sourceOf(file)]),
    ),
    platform: 'node',
    external: (id) => !/^[./]|^\w:/.test(id) && !BUNDLED.test(id),
    plugins: [ownPlaces()],
    // Both a public function and loaded late by the run: it is in every bundle anyway.
    checks: { ineffectiveDynamicImport: false },
    output: {
      dir: folder,
      format: 'esm',
      entryFileNames: '[name]',
      chunkFileNames: 'chunks/[name]-[hash].js',
      // Half the text to compile at each start; names stay, for stack traces and profiles.
      minify: { mangle: false, compress: false, codegen: true },
      comments: { legal: true, annotation: false, jsdoc: false },
    },
  })
  // A few lines each, and CommonJS as they are.
  for (const file of globSync('src/**/*.cts', { cwd: ROOT }))
    writeFileSync(
      join(folder, builtName(file)),
      stripTypeScriptTypes(readFileSync(ROOT + file, 'utf8')).replace(/[ \n]+\n/g, '\n'),
    )
}

/** The built files that package.json shows to its users. */
function exported(kind: RegExp): string[] {
  const { bin, exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Record<string, unknown>
  const files = new Set<string>()
  const collect = (target: unknown): void => {
    if (typeof target === 'object' && target !== null) for (const inner of Object.values(target)) collect(inner)
    else if (typeof target === 'string' && target.startsWith('./dist/') && kind.test(target)) files.add(target.slice(7))
  }
  collect([bin, exports])
  return [...files]
}

function sourceOf(built: string): string {
  return built.replace(/js$/, 'ts')
}

function builtName(source: string): string {
  return source.replaceAll('\\', '/').replace(/ts$/, 'js')
}

/** Modules find files beside them by `import.meta.url`, and import CommonJS from there: it stays the place of the module, not of the file it went into. */
function ownPlaces(): Plugin {
  const place = /ownPlace\("([^"]+)"\)/g
  return {
    name: 'own-places',
    // Left beside the entries that import them.
    resolveId: (id) => (id.endsWith('.cts') ? { id: builtName(id), external: true } : null),
    transform(code, id) {
      if (!code.includes('import.meta.url') || id.includes('node_modules')) return null
      const built = builtName(relative(ROOT, id))
      return code.replaceAll('import.meta.url', `ownPlace(${JSON.stringify(built)})`)
    },
    renderChunk(code, chunk) {
      if (!code.includes('ownPlace(')) return null
      return code.replace(place, (_, built: string) => {
        const path = posix.relative(posix.dirname(chunk.fileName), built)
        return `new URL(${JSON.stringify(path.startsWith('.') ? path : `./${path}`)},import.meta.url).href`
      })
    },
  }
}
