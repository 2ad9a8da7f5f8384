/** The pages of docs/reference on functions and types: a public type that changes must change there too. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { typesPages } from '../../scripts/writeTypes.ts'
import { ROOT } from '../package/project.ts'
import { entries, readPublicTypes } from './publicTypes.ts'

/** Read once: it takes seconds. */
const read = readPublicTypes()

/** The names that an entry's built types export, as its `export { … }` statements have them. */
function exportedNames(types: string): string[] {
  return [...readFileSync(types, 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) =>
    names!
      .split(',')
      .map((name) =>
        name
          .trim()
          .replace(/^type /, '')
          .replace(/^.* as /, ''),
      )
      .filter((name) => name !== '' && name !== 'default'),
  )
}

describe('the public API', () => {
  it('is what the pages of the reference show; after an intended change: npm run docs:types, and a changeset', () => {
    expect(read.flatMap(({ errors }) => errors)).toEqual([])
    const pages = typesPages(read)
    expect([...pages.keys()]).toHaveLength(5)
    for (const [file, text] of pages) expect(readFileSync(join(ROOT, 'docs/reference', file), 'utf8'), file).toBe(text)
  })

  it('has a heading on those pages for every function, class and type that can be imported', () => {
    expect(entries().map(({ path }) => path)).toEqual(
      expect.arrayContaining(['perfgate', 'perfgate/vitest/config', 'perfgate/jest']),
    )
    const headings = [...typesPages(read).values()].flatMap((text) =>
      [...text.matchAll(/^### (.+)$/gm)].map(([, name]) => name),
    )
    const exported = entries().flatMap(({ types }) => exportedNames(types))
    expect(exported).toEqual(expect.arrayContaining(['runPerfBenchmark', 'perfTest', 'startServer', 'ServerOptions']))
    expect(headings).toEqual(expect.arrayContaining(exported))
  })
})
