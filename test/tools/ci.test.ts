/** CI jobs that we show and write, as those they are for read them. What the shown ones do: test/vitest/ciJobs.test.ts. */
import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { initCommand } from '../../src/cli/commands/init.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'
import { yamlOfDocs } from '../docs/yamlOfDocs.ts'
import { pipelineProblems, workflowProblems } from './ciFiles.ts'

const [workflow, pipeline] = yamlOfDocs('ci.md') as [string, string]

/** The CI file that `perfgate init` writes into the project's folder, `.` for the repository itself. */
async function initiated(folder: string, system: string, lockfile: string): Promise<string> {
  const repository = mkdtempSync(join(tmpdir(), 'perfgate-ci-'))
  const project = join(repository, folder)
  for (const path of ['.git', folder]) mkdirSync(join(repository, path), { recursive: true })
  const manifest = { type: 'module', devDependencies: { perfgate: '^0.1.0', vitest: '^5.0.0' } }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(project, lockfile), '')
  expect(await initCommand(['--ci', system], fakeWorld(), project)).toBe(0)
  return readFileSync(join(repository, system === 'github' ? '.github/workflows/perf.yml' : '.gitlab-ci.yml'), 'utf8')
}

const PROJECTS = [
  ['.', 'package-lock.json'],
  ['packages/chat', 'pnpm-lock.yaml'],
  ['.', 'yarn.lock'],
  ['.', 'bun.lock'],
] as const

describe('GitHub', () => {
  test('accepts the workflow of docs/ci.md', async () => {
    expect(workflow).toMatch(/^name: perf$/m)
    expect(await workflowProblems(workflow)).toEqual([])
  })

  test.for(PROJECTS)('accepts what perfgate init writes for %s with %s', async ([folder, lockfile]) => {
    expect(await workflowProblems(await initiated(folder, 'github', lockfile))).toEqual([])
  })

  test('accepts the workflows of this repository', async () => {
    const folder = fileURLToPath(new URL('../../.github/workflows', import.meta.url))
    const files = globSync('*.yml', { cwd: folder })
    expect(files.length).toBeGreaterThan(1)
    for (const file of files)
      expect([file, await workflowProblems(readFileSync(join(folder, file), 'utf8'))]).toEqual([file, []])
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

describe.concurrent('GitLab', () => {
  test('accepts the job of docs/ci.md', async () => {
    expect(pipeline).toMatch(/^perf:$/m)
    expect(await pipelineProblems(pipeline)).toBe('')
  })

  test('accepts what perfgate init writes', async () => {
    expect(await pipelineProblems(await initiated('packages/chat', 'gitlab', 'pnpm-lock.yaml'))).toBe('')
  })

  test('refuses a key that is none, as its schema is asked here', async () => {
    const wrong = pipeline.replace('metrics:', 'metric:')
    expect(wrong).not.toBe(pipeline)
    expect(await pipelineProblems(wrong)).not.toBe('')
  })
})
