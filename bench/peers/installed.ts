/** Whether a peer can be run here, and if not, why. */
import { spawnSync } from 'node:child_process'

/** A peer that is not installed: no figures, but the reason. */
export interface Missing {
  missing: string
}

export function isMissing<T extends object>(figures: T | Missing): figures is Missing {
  return 'missing' in figures
}

/** True when the command runs and ends well within a few seconds. */
export function runs(command: string, args: readonly string[]): boolean {
  const { error, status } = spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 })
  return error === undefined && status === 0
}

/** True when the command can be started at all, whatever it thinks of its arguments. */
export function exists(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).error === undefined
}
