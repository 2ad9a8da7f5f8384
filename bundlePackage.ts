/**
 * Bundles the package's own modules, and zod, into a few files of dist/: a test file that imports perfgate would
 * otherwise wait for four hundred modules to be found and linked.
 */
import { readFileSync } from 'node:fs'
import { posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'rolldown'

const ROOT = fileURLToPath(new URL('./', import.meta.url))

/** Started by path, as threads or processes of their own, so that no import leads to them. */
const STARTED_BY_PATH = [
  'fixtures/serverThread',
  'src/datasets/randomThread',
  'src/load/thread',
  'src/run/commandSupervisor',
  'src/store/thread',
]

/** Nearly a hundred modules by itself, of which the schemas need a third. Other packages stay imports. */
const BUNDLED = /^zod(\/|$)/

export async function bundlePackage(folder: string): Promise<void> {
  await build({
    cwd: ROOT,
    input: Object.fromEntries([...entries(), ...STARTED_BY_PATH].map((entry) => [entry, `${ROOT}${entry}.ts`])),
    platform: 'node',
    external: (id) => !/^[./]|^\w:/.test(id) && !BUNDLED.test(id),
    plugins: [ownPlaces()],
    // Both a public function and loaded late by the run: it is in every bundle anyway.
    checks: { ineffectiveDynamicImport: false },
    output: {
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      // Half the text to compile at each start; names stay, for stack traces and profiles.
      minify: { mangle: false, compress: false, codegen: true },
      comments: { legal: true, annotation: false, jsdoc: false },
    },
  })
}

/** What package.json shows to its users: `./dist/src/vitest/index.js` is built from src/vitest/index.ts. */
function entries(): string[] {
  const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    bin: Record<string, string>
    exports: Record<string, string | Record<string, string>>
  }
  const files = Object.values(manifest.exports).map((target) =>
    typeof target === 'string' ? target : target['default'],
  )
  return [...files, ...Object.values(manifest.bin)].flatMap((file) => {
    const entry = /^\.\/dist\/(.+)\.js$/.exec(file ?? '')?.[1]
    return entry === undefined ? [] : [entry]
  })
}

/** Modules find files beside them by `import.meta.url`: it stays the place of the module, not of the file it went into. */
function ownPlaces(): Plugin {
  const place = /ownPlace\("([^"]+)"\)/g
  return {
    name: 'own-places',
    transform(code, id) {
      if (!code.includes('import.meta.url') || id.includes('node_modules')) return null
      const built = relative(ROOT, id).replaceAll('\\', '/').replace(/\.ts$/, '.js')
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
