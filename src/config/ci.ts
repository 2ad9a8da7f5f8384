/** Whether this is a CI job, where nobody reads a notice, and by which system it runs. */

const SYSTEMS: readonly (readonly [variable: string, name: string])[] = [
  ['GITHUB_ACTIONS', 'github'],
  ['GITLAB_CI', 'gitlab'],
  ['CIRCLECI', 'circleci'],
  ['BUILDKITE', 'buildkite'],
  ['JENKINS_URL', 'jenkins'],
  ['CI', 'ci'],
]
/** Values by which a variable says that it is no CI. */
const UNSET: ReadonlySet<string> = new Set(['', '0', 'false'])

/** @returns the system's name, `ci` for one that sets `CI` alone; undefined where this is no CI job */
export function ciSystem(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return SYSTEMS.find(([variable]) => !UNSET.has((env[variable] ?? '').toLowerCase()))?.[1]
}
