/** The Python reference client (client.py), where a Python with aiohttp is installed. */
import { fileURLToPath } from 'node:url'
import { type Core, type Quantiles, runChild } from '../measure/index.ts'
import { type Missing, runs } from './installed.ts'

export interface PythonThroughput {
  client: string
  rps: number
  cpuUsPerRequest: number
  latencyMs: Quantiles
  ttftMs: Quantiles
}

export interface PythonStamps {
  client: string
  /** Arrival stamp minus the moment the target wrote the token, milliseconds. */
  errorMs: Quantiles
}

const FILE = fileURLToPath(new URL('./client.py', import.meta.url))
const TIMEOUT_MS = 300_000
let found: string | undefined

export function pythonThroughput(
  url: string,
  concurrency: number,
  requests: number,
  core: Core | undefined,
): Promise<PythonThroughput | Missing> {
  return runClient(['throughput', url, String(concurrency), String(requests)], core)
}

/** One stream each for `streams` requests; tokens of the first seconds are left out. */
export function pythonStamps(
  url: string,
  streams: number,
  settleSeconds: number,
  core: Core | undefined,
): Promise<PythonStamps | Missing> {
  return runClient(['stamps', url, String(streams), String(settleSeconds)], core)
}

async function runClient<T>(args: string[], core: Core | undefined): Promise<T | Missing> {
  // Debian's package belongs to the system's Python, which need not be the first one in PATH.
  found ??= ['python3', '/usr/bin/python3'].find((python) => runs(python, ['-c', 'import aiohttp']))
  if (found === undefined) return { missing: 'no Python with aiohttp (Debian: apt install python3-aiohttp)' }
  return runChild<T>(found, [FILE, ...args], { core, timeoutMs: TIMEOUT_MS })
}
