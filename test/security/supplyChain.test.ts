/** What users install is justified and runs nothing by itself, and the workflows run what was reviewed. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url))
const read = (relative: string): string => readFileSync(path(relative), 'utf8')

interface Manifest {
  version?: string
  license?: string
  dependencies?: Record<string, string>
  scripts?: Record<string, string>
}
interface Locked extends Manifest {
  dev?: boolean
  optional?: boolean
  devOptional?: boolean
  peer?: boolean
  integrity?: string
  resolved?: string
  hasInstallScript?: boolean
}

const manifest = JSON.parse(read('package.json')) as Manifest
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
/** Packages that docs/dependencies.md justifies. */
const justified = [...read('docs/dependencies.md').matchAll(/^\| \[`(.+?)`\]/gm)].map(([, name]) => name!)
const installed = Object.entries(lock.packages).filter(
  ([name, { dev, optional, devOptional, peer }]) => name !== '' && !dev && !optional && !devOptional && !peer,
)

test('each dependency of package.json is justified, once, and no other', () => {
  expect(justified.toSorted()).toEqual(Object.keys(manifest.dependencies!).toSorted())
})

test('what is installed has a licence that is allowed, and runs nothing at installation', () => {
  expect(installed.length).toBeGreaterThan(justified.length)
  const licences = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '(MIT AND Zlib)']
  for (const [name, { license, integrity, resolved, hasInstallScript }] of installed) {
    expect([name, licences.includes(license!)]).toEqual([name, true])
    expect([name, integrity?.startsWith('sha512-'), hasInstallScript ?? false]).toEqual([name, true, false])
    // From the registry that npm is set to, which a lockfile need not name.
    expect(resolved ?? 'https://registry.npmjs.org/').toMatch(/^https:\/\/registry\.npmjs\.org\//)
    const { scripts = {} } = JSON.parse(read(`${name}/package.json`)) as Manifest
    expect([name, Object.keys(scripts).filter((script) => /^(pre|post)?install$/.test(script))]).toEqual([name, []])
  }
})

test('every action of every workflow is pinned to a commit, with few permissions', () => {
  const workflows = readdirSync(path('.github/workflows'))
  expect(workflows).toEqual(expect.arrayContaining(['audit.yml', 'publish.yml']))
  for (const name of workflows) {
    const text = read(`.github/workflows/${name}`)
    const uses = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action!)
    expect(uses.length).toBeGreaterThan(0)
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m)
    // What a stranger may name never becomes part of a script.
    expect(text).not.toMatch(/run:.*\$\{\{/)
    expect(text).not.toContain('pull_request_target')
  }
})

test('publishing proves where a package comes from, and audits it first', () => {
  const text = read('.github/workflows/publish.yml')
  const steps = [
    'npm ci --ignore-scripts',
    'npm audit --omit=dev',
    'npm run check',
    'npm test',
    'npm publish --provenance',
  ]
  const places = steps.map((step) => text.indexOf(step))
  expect(places.every((place) => place > 0)).toBe(true)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(text).toContain('id-token: write')
})
