import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { entries, reportApi } from '../../apiReport.ts'
import { typesPages } from '../../docs/writeTypes.ts'
import { ROOT } from './project.ts'

const EXPORTED = /^export (?:(?:abstract )?(?:function|class|const|interface|type)|default) (\w+)/gm

/** Read once: it takes seconds. */
const reported = reportApi(false)

describe('the public API', () => {
  it('is what etc/*.api.md says; after an intended change: npm run api, and a changeset', () => {
    expect(reported.flatMap(({ errors }) => errors)).toEqual([])
    expect(reported.filter(({ isSame }) => !isSame).map(({ name }) => `etc/${name}.api.md`)).toEqual([])
  })

  it('is reported for every entry that has types, with what its callers use', () => {
    const names = entries().map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['perfgate-vitest-config', 'perfgate-jest']))
    const report = (name: string): string => readFileSync(join(ROOT, 'etc', `${name}.api.md`), 'utf8')
    expect(report('perfgate')).toMatch(/export function runPerfBenchmark\(/)
    expect(report('perfgate-vitest')).toMatch(/export const perfTest: PerfTest/)
    expect(report('perfgate-fixtures')).toMatch(/export function startServer\(/)
  })

  it('is what the pages of the reference show: npm run docs:types', () => {
    const pages = typesPages(reported)
    expect([...pages.keys()]).toHaveLength(5)
    for (const [file, text] of pages) expect(readFileSync(join(ROOT, 'docs/reference', file), 'utf8'), file).toBe(text)
  })

  it('has a heading on those pages for every function, class and type that can be imported, once', () => {
    const headings = [...typesPages(reported).values()].flatMap((text) =>
      [...text.matchAll(/^### (.+)$/gm)].map(([, name]) => name),
    )
    const exported = entries().flatMap(({ name }) =>
      [...readFileSync(join(ROOT, 'etc', `${name}.api.md`), 'utf8').matchAll(EXPORTED)].map(([, found]) => found),
    )
    expect(exported).toEqual(expect.arrayContaining(['runPerfBenchmark', 'PerfgateReporter', 'ServerOptions']))
    expect(headings).toEqual(expect.arrayContaining(exported))
  })
})
