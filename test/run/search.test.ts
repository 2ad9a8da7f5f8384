/** Searches: levels at which the client was the bottleneck are measured again, and a given success rate is kept. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import type { MetricsView } from '../../src/metrics/index.ts'
import { runPerfBenchmark, runSweep } from '../../src/run/index.ts'
import type { LevelOutcome } from '../../src/run/measureLevel.ts'
import { inSteps, repeatNotes, searchPlan, unfinishedBy } from '../../src/run/plans/search.ts'
import { PUBLISHED } from '../report/publishedResult.ts'

/** A level that was measured, its client able to keep up or not. */
function measured(parallel: number, valid: boolean, broken?: string): LevelOutcome {
  const result = {
    ...PUBLISHED,
    summary: { ...PUBLISHED.summary, concurrency: parallel },
    client: { ...PUBLISHED.client, valid, ...(broken === undefined ? {} : { broken }) },
  }
  const metrics = { total: 10 } as unknown as LevelOutcome['metrics']
  return { result, metrics, jsonPath: null, aborted: false, overloaded: !valid }
}

const RULES = {
  variable: 'parallel' as const,
  runs: 1,
  largest: 8,
  count: 3,
  at: (load: number) => ({ number: load, parallel: undefined, label: `parallel_${load}` }),
  isSettled: (_view: MetricsView) => false,
  next: (steps: readonly { level: number }[]) => [1, 2, 4][steps.length],
}
const config = resolveConfig({ url: 'http://127.0.0.1:1', model: 'm' })

/** The loads that are asked for when each level comes out as told, with the notices on the way. */
function play(valid: readonly boolean[], rules = RULES, options = config) {
  const notices: string[] = []
  const hooks = { onNotice: (text: string) => void notices.push(text) }
  const plan = searchPlan(rules, options, hooks)
  const outcomes: LevelOutcome[] = []
  const loads: number[] = []
  for (const isValid of valid) {
    const next = plan.next(outcomes)
    if (next === undefined) break
    loads.push(next.level.parallel)
    outcomes.push(measured(next.level.parallel, isValid))
  }
  const steps = inSteps(outcomes, rules, options)
  const isOver = plan.next(outcomes) === undefined
  return { loads, notices, steps, isOver, unfinished: unfinishedBy(steps.at(-1), hooks) }
}

describe('a level at which the client was the bottleneck', () => {
  it('is measured again, up to three times, and the search goes on with the run that says something', () => {
    const { loads, notices, steps, unfinished } = play([true, false, false, false, true, true])
    expect(loads).toEqual([1, 2, 2, 2, 2, 4])
    expect(notices).toEqual(
      [1, 2, 3].map((n) => `the client was the bottleneck at parallel 2: measured again (${n} of 3)`),
    )
    expect(steps.map(({ level, results, clientValid }) => [level, results.length, clientValid])).toEqual([
      [1, 1, true],
      [2, 1, true],
      [4, 1, true],
    ])
    expect(steps[1]!.results[0]!.client.valid).toBe(true)
    expect(unfinished).toBeUndefined()
    expect(repeatNotes(steps, 'parallel')).toEqual([
      'Level parallel 2 was measured 3 times more, because the client was the bottleneck; those runs do not count.',
    ])
  })

  it('ends the search after the third time', () => {
    const { loads, isOver, unfinished } = play([true, false, false, false, false, true])
    expect(loads).toEqual([1, 2, 2, 2, 2])
    expect(isOver).toBe(true)
    expect(unfinished).toBe('the client was the bottleneck at 2')
  })

  it('counts among the runs of a level that are still to be made', () => {
    const { loads, steps } = play([true, false, true, true, true], { ...RULES, runs: 2 })
    expect(loads).toEqual([1, 1, 1, 2, 2])
    expect(steps[0]).toMatchObject({ complete: true, clientValid: true, repeats: 1 })
    expect(steps[0]!.results).toHaveLength(2)
  })

  it('is taken as it is with onInvalid warn, but for a broken load thread', () => {
    const warn = { ...config, onInvalid: 'warn' as const }
    expect(play([false, false, false], RULES, warn).loads).toEqual([1, 2, 4])
    const [step] = inSteps([measured(1, false, 'a load thread crashed')], RULES, warn)
    expect(step).toMatchObject({ clientValid: false })
  })

  it('goes on with prompts that were not sent before', () => {
    const plan = searchPlan(RULES, config, {})
    expect(plan.next([])!.level.firstBody).toBe(0)
    expect(plan.next([measured(1, false)])!.level.firstBody).toBe(10)
  })
})

/** Of ten requests the last fails. */
async function oneInTenFails() {
  let count = 0
  const server = createServer((_, response) => {
    const fails = ++count % 10 === 0
    response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' })
    response.end(fails ? '{}' : ANSWER)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    model: 'm',
    prompt: 'hi',
    stream: false,
    store: 'none',
    noTestConnection: true,
    sleepInterval: 0,
    onInvalid: 'warn',
    number: 10,
  } as const
}
const ANSWER = JSON.stringify({
  choices: [{ message: { content: 'a' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
})

describe('a given minSuccessRate', () => {
  it('judges every level of a sweep', async () => {
    const range = { variable: 'parallel', from: 1, to: 2 } as const
    const { sweep } = await runSweep({ ...(await oneInTenFails()), minSuccessRate: '95 %' }, range)
    expect(sweep.results.map(({ verdict }) => verdict)).toEqual(['fail', 'fail'])
    expect(sweep.results[0]!.thresholds).toMatchObject([{ expression: 'successRate >= 95 %', actual: 0.9 }])
    const ungated = await runSweep(await oneInTenFails(), range)
    expect(ungated.sweep.results.map(({ verdict }) => verdict)).toEqual(['none', 'none'])
  })

  it('judges every level of a list', async () => {
    const { results } = await runPerfBenchmark({
      ...(await oneInTenFails()),
      parallel: [1, 2],
      minSuccessRate: '90 %',
    })
    expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'pass'])
  })

  it('says how many requests may fail at a level that a search accepts', async () => {
    const search = {
      slaAutoTune: true,
      slaParams: { p99_latency: '<= 30' },
      slaUpperBound: 1,
      slaNumRuns: 1,
      slaNumberMultiplier: 10,
    }
    const found = async (more: object) =>
      (await runPerfBenchmark({ ...(await oneInTenFails()), number: undefined, ...search, ...more })).capacity!
    expect((await found({})).criteria[0]!.maxSatisfied).toBeNull()
    expect((await found({ minSuccessRate: '95 %' })).criteria[0]!.maxSatisfied).toBeNull()
    const accepted = await found({ minSuccessRate: '90 %' })
    expect(accepted.steps[0]).toMatchObject({ totalRequests: 10, failedRequests: 1 })
    expect(accepted.criteria[0]!.maxSatisfied).toBe(1)
    expect((await found({ minSuccessRate: 0 })).criteria[0]!.maxSatisfied).toBe(1)
  })
})
