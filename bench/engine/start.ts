/** Starts our load test in a child process; its result DB is in a folder of its own that goes away afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../../src/config/index.ts'
import { type Core, runChild } from '../measure/index.ts'
import type { EngineFigures } from './figures.ts'

const FILE = fileURLToPath(new URL('./run.ts', import.meta.url))
const TIMEOUT_MS = 900_000

/** What every run of the bench has in common: the peers' prompt, figures, client health, and the full result DB. */
const COMMON: Config = {
  model: 'target',
  prompt: 'One prompt of about forty tokens, the same for each client that is compared. '.repeat(2),
  maxTokens: 64,
  workers: 1,
  noTestConnection: true,
}

/** Runs a scenario and gives its figures. */
export function runEngine(config: Config, core: Core | undefined): Promise<EngineFigures> {
  return withEngineDb(config, core, (figures) => figures)
}

/**
 * Runs a scenario and lets `read` look at its result DB.
 * @param read gets the figures and the path of the DB, which is there until it returns
 */
export async function withEngineDb<T>(
  config: Config,
  core: Core | undefined,
  read: (figures: EngineFigures, dbPath: string) => T,
): Promise<T> {
  const outputsDir = mkdtempSync(join(tmpdir(), 'perfgate-bench-run-'))
  try {
    const whole: Config = { ...COMMON, ...config, outputsDir }
    const figures = await runChild<EngineFigures>(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', FILE, JSON.stringify(whole)],
      { core, timeoutMs: TIMEOUT_MS },
    )
    return read(figures, figures.summary.resultDbPath ?? '')
  } finally {
    rmSync(outputsDir, { recursive: true })
  }
}
