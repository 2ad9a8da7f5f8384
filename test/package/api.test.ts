import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { entries, reportApi } from '../../apiReport.ts'
import { ROOT } from './project.ts'

describe('the public API', () => {
  it('is what etc/*.api.md says; after an intended change: npm run api, and a changeset', () => {
    const reported = reportApi(false)
    expect(reported.flatMap(({ errors }) => errors)).toEqual([])
    expect(reported.filter(({ isSame }) => !isSame).map(({ name }) => `etc/${name}.api.md`)).toEqual([])
  })

  it('is reported for every entry that has types, with what its callers use', () => {
    expect(entries().map(({ name }) => name)).toContain('perfgate-vitest-config')
    const report = (name: string): string => readFileSync(join(ROOT, 'etc', `${name}.api.md`), 'utf8')
    expect(report('perfgate')).toMatch(/export function runPerfBenchmark\(/)
    expect(report('perfgate-vitest')).toMatch(/export const perfTest: PerfTest/)
    expect(report('perfgate-fixtures')).toMatch(/export function startServer\(/)
  })
})
