import { readdirSync, readFileSync, renameSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectPath, runVitest, startVitest, testFolder } from './childVitest.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { readJUnit } from './junit.ts'

let endpoint: Endpoint
beforeEach(async () => {
  endpoint = await startEndpoint({ afterMs: 5 })
})
afterEach(() => endpoint.close())

test('shards in processes of their own never load at once, and their merged blobs show the tables of both', async () => {
  const blobs = testFolder()
  const outputs = testFolder()
  const environment = { ENDPOINT: endpoint.url, OUTPUTS: outputs }
  const shards = await Promise.all(
    ['1/2', '2/2'].map((shard) =>
      runVitest(
        'files',
        [
          '--project=perf',
          `--shard=${shard}`,
          '--reporter=blob',
          `--outputFile=${join(blobs, shard.replace('/', '-'))}.json`,
        ],
        environment,
      ),
    ),
  )
  expect(shards.map(({ code }) => code)).toEqual([0, 0])
  expect(endpoint.maxInFlight).toBe(1)
  // A connection test and ten requests of each.
  expect(endpoint.requests).toBe(22)

  const xml = join(testFolder(), 'merged.xml')
  // What the machine that merges has not.
  const kept = `${outputs}-of-the-shards`
  renameSync(outputs, kept)
  const merged = await runVitest(
    'files',
    [`--merge-reports=${blobs}`, '--reporter=default', '--reporter=junit', `--outputFile=${xml}`],
    environment,
  )
  expect(merged.code).toBe(0)
  expect(merged.stdout.match(/Benchmarking summary:/g)).toHaveLength(2)
  expect(merged.stdout).toContain('one.perf.ts > one')
  expect(merged.stdout).toContain('two.perf.ts > two')
  const cases = readJUnit(xml)
  expect(cases.map(({ name, properties }) => [name, properties['perf.total_requests']])).toEqual([
    ['one', '10'],
    ['two', '10'],
  ])
  expect(endpoint.requests).toBe(22)
  // The artifacts are there too, the results byte for byte, the tables, and one summary of both.
  const written = (folder: string, ending: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder)
        .filter((name) => name.endsWith(ending) && name !== 'summary.md')
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    )
  const results = written(outputs, '.json')
  expect(Object.keys(results)).toHaveLength(2)
  expect(results).toEqual(written(kept, '.json'))
  const tables = Object.values(written(outputs, '.md'))
  expect(tables.map((text) => /\| Total requests *\| *10 /.test(text))).toEqual([true, true])
  const summary = readFileSync(join(outputs, 'summary.md'), 'utf8')
  expect(summary).toMatch(/^## \S+ perfgate: [a-z ]+, \d of \d tests passed\n/u)
  expect(summary).toMatch(/\[perf\\\] one\.perf\.ts &gt; one \|/)
})

test('the files of one run load one after another, and projects without the plugin are as ever', async () => {
  const { code, stdout } = await runVitest('files', ['--reporter=verbose'], {
    ENDPOINT: endpoint.url,
    OUTPUTS: testFolder(),
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/unit.*plain\.test\.ts > plain/)
  expect(stdout.match(/Benchmarking summary:/g)).toHaveLength(2)
  expect(endpoint.maxInFlight).toBe(1)
})

test('--project picks the unit tests alone', async () => {
  const { code, stdout } = await runVitest('files', ['--project=unit'], {
    ENDPOINT: endpoint.url,
    OUTPUTS: testFolder(),
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/Tests\s+1 passed \(1\)/)
  expect(endpoint.requests).toBe(0)
})

test('watch mode runs the load again when the file changes', async () => {
  const outputs = testFolder()
  const vitest = startVitest('files', ['--watch', '--project=perf', '--reporter=verbose', 'one.perf'], {
    ENDPOINT: endpoint.url,
    OUTPUTS: outputs,
    CI: '',
  })
  const ended = new Promise((resolve) => vitest.once('close', resolve))
  try {
    await printed(vitest.stdout!, /Waiting for file changes/)
    expect(endpoint.requests).toBe(11)
    const rerun = printed(vitest.stdout!, /Benchmarking summary:[\s\S]*Waiting for file changes/)
    utimesSync(join(projectPath('files'), 'one.perf.ts'), new Date(), new Date())
    await rerun
    expect(endpoint.requests).toBe(22)
    expect(readdirSync(outputs).filter((name) => name.endsWith('.db'))).toHaveLength(2)
  } finally {
    vitest.kill()
    await ended
  }
})

function printed(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    let text = ''
    const listen = (chunk: Buffer | string): void => {
      text += chunk
      if (!pattern.test(text)) return
      stream.off('data', listen)
      resolve()
    }
    stream.on('data', listen)
  })
}
