/** Files of one run tell each other when they run. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

const path = (name: string): string => join(process.env.OUTPUTS!, `${name}.running`)

export const isRunning = (name: string): boolean => existsSync(path(name))

/** Begins as one of several files, and ends when the others have begun too. */
export async function meet(name: string, others: readonly string[]): Promise<void> {
  writeFileSync(path(name), '')
  await expect.poll(() => others.filter((other) => !isRunning(other)), { timeout: 30_000 }).toEqual([])
}
