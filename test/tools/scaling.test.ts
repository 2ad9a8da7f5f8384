/** What docs/scaling.md shows to Kubernetes and GitHub is what they accept, and starts the parts of one load. */
import { Job } from 'kubernetes-models/batch/v1'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { yamlOfDocs } from '../docs/yamlOfDocs.ts'
import { workflowProblems } from './ciFiles.ts'

const [manifest, workflow] = yamlOfDocs('scaling.md') as [string, string]

/** The words of the one command, with what its place puts in. */
function wordsOf(command: string, values: Record<string, string>): string[] {
  let text = command.replaceAll(/\s+/g, ' ')
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(name, value)
  const [, own = ''] = /npx (?:--yes )?perfgate (.*)$/.exec(text) ?? []
  return [...own.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''))
}

async function config(words: readonly string[]): Promise<string> {
  const world = fakeWorld({ columns: 200 })
  expect(await main([...words, '--no-config', '--print-config'], world), world.err()).toBe(0)
  return world.out()
}

describe('the Indexed Job', () => {
  const job = (text: string): Job => new Job(parse(text))

  test('is one that Kubernetes takes', () => {
    expect(manifest).toContain('kind: Job')
    expect(() => job(manifest).validate()).not.toThrow()
  })

  test.each([
    ['a number that is none', manifest.replace('completions: 4', 'completions: four')],
    ['no containers', manifest.replace('containers:', 'initContainers:')],
  ])('would be refused with %s', (_, wrong) => {
    expect(wrong).not.toBe(manifest)
    expect(() => job(wrong).validate()).toThrow()
  })

  test('starts a part in each pod, all at one time', async () => {
    const { completions, template } = job(manifest).spec!
    const [container] = template.spec!.containers
    const at = '2031-01-01T00:00:00Z'
    for (let index = 0; index < completions!; index++) {
      const env = Object.fromEntries(
        container!.env!.map(({ name, value }) => [`$${name}`, value!.replace('START', at)]),
      )
      const shown = await config(
        wordsOf(container!.args![0]!, {
          '$((JOB_COMPLETION_INDEX + 1))': String(index + 1),
          $JOB_COMPLETION_INDEX: String(index),
          ...env,
        }),
      )
      expect(shown).toMatch(new RegExp(`^loadShard +${index + 1}/${completions} `, 'm'))
      expect(shown).toMatch(new RegExp(`^startAt +${at} `, 'm'))
      expect(shown).toMatch(new RegExp(`^outputsDir +/results/${index} `, 'm'))
    }
  })
})

describe('the workflow', () => {
  test.each([
    ['scaling.md', workflow],
    ['comparison.md', yamlOfDocs('comparison.md')[0]!],
  ])('of %s is one that GitHub takes', async (_, text) => {
    expect(text).toMatch(/^on: /m)
    expect(await workflowProblems(text)).toEqual([])
  })

  test('starts as many parts as its matrix has, at the time that its first job has told', async () => {
    const { plan, part } = (parse(workflow) as Workflow).jobs
    expect(plan!.outputs).toEqual({ start: '${{ steps.start.outputs.at }}' })
    const numbers = part!.strategy!.matrix.part
    const command = part!.steps.find(({ run = '' }) => run.includes('npx perfgate'))!.run!
    for (const number of numbers) {
      const shown = await config(
        wordsOf(command, {
          '${{ matrix.part }}': String(number),
          '${{ needs.plan.outputs.start }}': '2031-01-01T00:00:00Z',
          '${{ vars.LLM_URL }}': 'http://llm.example/v1/chat/completions',
        }),
      )
      expect(shown).toMatch(new RegExp(`^loadShard +${number}/${numbers.length} `, 'm'))
    }
  })
})

interface Workflow {
  jobs: Record<
    string,
    { outputs?: object; strategy?: { matrix: { part: number[] } }; steps: { run?: string }[] } | undefined
  >
}
