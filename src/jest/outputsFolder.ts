/** Where a project of Jest has results go. */
import { resolve } from 'node:path'
import { fromHere } from '../config/files/index.ts'
import type { JestConfigs } from './jest.ts'

/**
 * As the plugin for Vitest does it: short where it can be, as it is shown in the table as the way to the result DB.
 *
 * @returns undefined where the project does not say
 * @throws TypeError when it is no path
 */
export function outputsFolder({
  rootDir,
  testEnvironmentOptions,
}: Pick<JestConfigs['projectConfig'], 'rootDir' | 'testEnvironmentOptions'>): string | undefined {
  const { outputsDir } = testEnvironmentOptions
  if (outputsDir === undefined) return undefined
  if (typeof outputsDir !== 'string')
    throw new TypeError('perfgate/jest: testEnvironmentOptions.outputsDir: expected the path of a folder')
  return fromHere(resolve(rootDir, outputsDir))
}
