/** The packages Jest is made of, found through the installed Jest: in strict layouts (pnpm, Yarn) nobody else sees them. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** From the `jest` of the project to each of them, one dependency at a time. */
const TO_CONFIG = ['jest', '@jest/core', 'jest-config']
const WAYS = {
  'jest-environment-node': [...TO_CONFIG, 'jest-environment-node'],
  'jest-circus/runner': [...TO_CONFIG, 'jest-circus/runner'],
  'jest-each': [...TO_CONFIG, 'jest-circus/runner', 'jest-each'],
}

/** @throws Error when no Jest is installed in the project */
export function requireOfJest(name: keyof typeof WAYS): unknown {
  const starts = [import.meta.url, process.argv[1], join(process.cwd(), 'package.json')]
  let cause: unknown
  for (const start of starts) {
    if (start === undefined) continue
    try {
      let from = createRequire(start)
      for (const step of WAYS[name].slice(0, -1)) from = createRequire(from.resolve(step))
      return from(name)
    } catch (error) {
      cause = error
    }
  }
  throw new Error(`perfgate/jest: "${name}" of Jest 30 was not found; install it with: npm i -D jest@30`, { cause })
}
