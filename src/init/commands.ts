/** The same wish in the words of each package manager. */
import type { PackageManager } from './project.ts'

interface Words {
  /** Exactly what the lockfile says. */
  install: string
  /** As development dependencies. */
  add: string
  /** A script of package.json, with arguments for it. */
  run: (script: string, args?: string) => string
  exec: string
}

const spaced = (...words: string[]): string => words.filter((word) => word !== '').join(' ')

export const WORDS: Record<PackageManager, Words> = {
  npm: {
    install: 'npm ci',
    add: 'npm install --save-dev',
    run: (script, args = '') => spaced('npm run', script, args === '' ? '' : `-- ${args}`),
    exec: 'npx',
  },
  pnpm: {
    install: 'pnpm install --frozen-lockfile',
    add: 'pnpm add --save-dev',
    run: (script, args = '') => spaced('pnpm run', script, args),
    exec: 'pnpm exec',
  },
  yarn: {
    install: 'yarn install --immutable',
    add: 'yarn add --dev',
    run: (script, args = '') => spaced('yarn run', script, args),
    exec: 'yarn exec',
  },
  bun: {
    install: 'bun install --frozen-lockfile',
    add: 'bun add --dev',
    run: (script, args = '') => spaced('bun run', script, args),
    exec: 'bunx',
  },
}
