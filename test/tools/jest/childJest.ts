/** Runs the real Jest on one of the small projects beside this file, with perfgate installed as it is published. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type Finished, finished, startNode } from '../../vitest/childVitest.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
/** Where Jest is. */
const tools = fileURLToPath(new URL('..', import.meta.url))
export const JEST = join(tools, 'node_modules/jest/bin/jest.js')
export const VITEST = join(repository, 'node_modules/vitest/vitest.mjs')

export interface Project {
  path: string
  remove(): void
}

/**
 * A copy of a project with perfgate's built files in its `node_modules`. It lies beside them, and within the repository, whose
 * `node_modules` has everything else.
 */
export function copyProject(name: string): Project {
  if (!existsSync(join(repository, 'dist/src/testing/jest'))) throw new Error('dist/ is missing or old: npm run build')
  mkdirSync(join(tools, 'outputs'), { recursive: true })
  const path = mkdtempSync(join(tools, 'outputs/jest-'))
  cpSync(new URL(`./projects/${name}`, import.meta.url), path, { recursive: true })
  // Its own package: within that of the repository, `perfgate` would be the repository itself.
  writeFileSync(join(path, 'package.json'), '{ "private": true }\n')
  const installed = join(path, 'node_modules/perfgate')
  cpSync(join(repository, 'dist'), join(installed, 'dist'), { recursive: true })
  cpSync(join(repository, 'package.json'), join(installed, 'package.json'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function testProject(name: string): string {
  const { path, remove } = copyProject(name)
  onTestFinished(remove)
  return path
}

export function runJest(project: string, args: string[], environment: Record<string, string>): Promise<Finished> {
  return finished(startNode(project, [JEST, ...args], environment))
}
