/** CI files as those they are for read them: GitHub's own parser, and GitLab's published schema by gitlab-ci-local. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { attempt } from '../package/project.ts'

/** What is wrong with a workflow; nothing when GitHub would run it. */
export async function workflowProblems(text: string): Promise<string[]> {
  const { convertWorkflowTemplate, parseWorkflow, NoOperationTraceWriter } = await workflowParser()
  const { context, value } = parseWorkflow({ name: 'perf.yml', content: text }, new NoOperationTraceWriter())
  if (value !== undefined) await convertWorkflowTemplate(context, value)
  return context.errors.getErrors().map(({ message }) => message)
}

/** The package imports JSON as bundlers let it, without the attribute that Node asks for. */
async function workflowParser(): Promise<typeof import('@actions/workflow-parser')> {
  const hooks = registerHooks({
    resolve(name, context, next) {
      const found = next(name, context)
      return name.endsWith('.json') ? { ...found, importAttributes: { type: 'json' } } : found
    },
  })
  try {
    return await import('@actions/workflow-parser')
  } finally {
    hooks.deregister()
  }
}

const require = createRequire(import.meta.url)
const GITLAB = require.resolve('gitlab-ci-local/package.json')

/** What is wrong with a `.gitlab-ci.yml`; empty when its schema accepts it and its jobs can be listed. */
export async function pipelineProblems(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-gitlab-'))
  writeFileSync(join(folder, '.gitlab-ci.yml'), text)
  try {
    await attempt(folder, ['git', 'init', '--quiet'])
    const { code, stdout, stderr } = await attempt(folder, [
      process.execPath,
      join(dirname(GITLAB), 'dist/index.js'),
      '--preview',
    ])
    return code === 0 ? '' : `${stdout}${stderr}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
