/** autocannon, the usual HTTP load tester in Node, where it is installed; it does not read events. */
import { type Core, runChild } from '../measure/index.ts'
import { type Missing, runs } from './installed.ts'

export interface AutocannonFigures {
  rps: number
}

const BODY = JSON.stringify({
  model: 'target',
  stream: true,
  messages: [{ role: 'user', content: 'One prompt, the same for each request.' }],
})

export async function autocannon(
  url: string,
  connections: number,
  seconds: number,
  core: Core | undefined,
): Promise<AutocannonFigures | Missing> {
  if (!runs('autocannon', ['--version'])) return { missing: 'autocannon is not installed' }
  const args = [
    '-j',
    '-m',
    'POST',
    '-H',
    'content-type=application/json',
    '-b',
    BODY,
    '-c',
    String(connections),
    '-d',
    String(seconds),
    url,
  ]
  const { requests } = await runChild<{ requests: { average: number } }>('autocannon', args, {
    core,
    timeoutMs: (seconds + 30) * 1000,
  })
  return { rps: requests.average }
}
