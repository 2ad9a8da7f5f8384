/** The order of the rooms, from which the lint rule in biome.folders.json is made. ARCHITECTURE.md says what each is for. */

/**
 * Each room knows only those before it. `fixtures` is the embedded server, at the top of the repository: it stands early,
 * so that it shares nothing with the rooms that are tested against it.
 */
export const ROOMS = [
  'threads',
  'random',
  'stats',
  'secrets',
  'samples',
  'result',
  'config',
  'fixtures',
  'hub',
  'tokens',
  'datasets',
  'apis',
  'client',
  'load',
  'metrics',
  'gates',
  'records',
  'serverView',
  'report',
  'run',
  'scenarios',
  'testing',
  'init',
  'cli',
] as const

/** Doors of test frameworks, in `testing/`: they know every room but these, and not each other. */
const UNKNOWN_TO_DOORS = ['init', 'cli'] as const

/** Packages of each framework, which its door alone may import. */
const FRAMEWORKS: Record<string, readonly string[]> = {
  vitest: ['vitest', 'vitest/**', '@vitest/**'],
  jest: ['jest', 'jest/**', 'jest-*', '@jest/**'],
  'node-test': [],
}
const DOORS = Object.keys(FRAMEWORKS)

/** Lines of a test file, blank ones left out. */
const MOST_LINES_OF_A_TEST = 400

/** The text of biome.folders.json. */
export function roomsConfig(): string {
  const rows = [
    override('test/**', 'noExcessiveLinesPerFile', { maxLines: MOST_LINES_OF_A_TEST, skipBlankLines: true }),
    ...ROOMS.map((room, i) => roomOverride(room, [...ROOMS.slice(i + 1), ...DOORS])),
    // After that of `testing`, whose folders they are: for a file, the last of them counts.
    ...DOORS.map((door) => roomOverride(door, [...UNKNOWN_TO_DOORS, ...DOORS.filter((other) => other !== door)])),
  ]
  return `{
  "$schema": "./node_modules/@biomejs/biome/configuration_schema.json",
  "overrides": [
${rows.map((row) => `    ${row}`).join(',\n')}
  ]
}
`
}

function roomOverride(room: string, unknown: readonly string[]): string {
  const packages = DOORS.filter((door) => door !== room).flatMap((door) => FRAMEWORKS[door]!)
  return override(`${folderOf(room)}/**`, 'noRestrictedImports', {
    patterns: [
      {
        group: [`**/{${unknown.join(',')}}/**`],
        message: `${room}/ knows only the folders before it: see ARCHITECTURE.md`,
      },
      { group: packages, message: 'only src/testing/vitest and src/testing/jest know a test framework' },
    ],
  })
}

function folderOf(room: string): string {
  if (room === 'fixtures') return room
  return DOORS.includes(room) ? `src/testing/${room}` : `src/${room}`
}

function override(files: string, rule: string, options: object): string {
  return JSON.stringify({
    includes: [files],
    linter: { rules: { style: { [rule]: { level: 'error', options } } } },
  })
}
