/**
 * GitHub's annotation of a failed perf test, at the line of its call.
 *
 * A broken threshold has no place in the code, so its error has no stack, and Vitest's own `github-actions` reporter
 * leaves errors without a frame out. An error that has one is left to it: each is annotated once.
 */
import { stripVTControlCharacters } from 'node:util'
import type { TestCase } from 'vitest/node'
import { pathBelow } from '../config/files/find.ts'

/** Workflow commands for the errors of this test, one line each; none where Vitest writes them. */
export function githubErrors(test: TestCase, workspace: string | undefined): string[] {
  const { state, errors } = test.result()
  if (state !== 'failed') return []
  const { moduleId } = test.module
  const path = workspace === undefined ? moduleId : (pathBelow(workspace, moduleId) ?? moduleId)
  const project = test.project.name === '' ? '' : `[${test.project.name}] `
  const properties: [string, string][] = [
    ['file', path],
    ...(test.location === undefined
      ? []
      : ([
          ['line', String(test.location.line)],
          ['column', String(test.location.column)],
        ] satisfies [string, string][])),
    ['title', `${project}${test.fullName}`],
  ]
  const at = properties.map(([name, value]) => `${name}=${escaped(value).replace(/:/g, '%3A').replace(/,/g, '%2C')}`)
  return errors
    .filter(hasNoFrame)
    .map(({ name, message }) => `::error ${at.join(',')}::${escaped(`${name ?? 'Error'}: ${message}`)}`)
}

function hasNoFrame({ stack = '', stacks = [] }: { stack?: string; stacks?: readonly unknown[] }): boolean {
  return stacks.length === 0 && !/\n\s*at /.test(stack)
}

/** As GitHub's runner reads it: percent, and what would end the line. */
function escaped(text: string): string {
  return stripVTControlCharacters(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}
