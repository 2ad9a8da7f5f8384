/** CI jobs that we show and write, as those they are for read them. What the shown ones do: test/vitest/ciJobs.test.ts. */
import { describe, expect, test } from 'vitest'
import { pipelineProblems, workflowProblems } from './ciFiles.ts'
import { yamlOfDocs } from './yamlOfDocs.ts'

const [workflow, pipeline] = yamlOfDocs('ci.md') as [string, string]

describe('GitHub', () => {
  test('accepts the workflow of docs/ci.md', async () => {
    expect(workflow).toMatch(/^name: perf$/m)
    expect(await workflowProblems(workflow)).toEqual([])
  })

  test.for([
    ['a key that is none', workflow.replace('runs-on:', 'run-on:')],
    ['a step without a command', workflow.replace(/- run: npm ci .*/, '- name: install')],
    ['a condition that is none', workflow.replace('if: always()', 'if: alway()')],
    ['an event that is none', workflow.replace('on: pull_request', 'on: pull_requests')],
  ])('refuses %s, as its parser is asked here', async ([, wrong]) => {
    expect(wrong).not.toBe(workflow)
    expect(await workflowProblems(wrong!)).not.toEqual([])
  })
})

describe('GitLab', () => {
  test('accepts the job of docs/ci.md', async () => {
    expect(pipeline).toMatch(/^perf:$/m)
    expect(await pipelineProblems(pipeline)).toBe('')
  })

  test.for([
    ['a key that is none', pipeline.replace('after_script:', 'afterscript:')],
    ['a report that is none', pipeline.replace('metrics:', 'metric:')],
  ])('refuses %s, as its schema is asked here', async ([, wrong]) => {
    expect(wrong).not.toBe(pipeline)
    expect(await pipelineProblems(wrong!)).not.toBe('')
  })
})
