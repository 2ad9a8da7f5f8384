/** wrk, which reads answers without parsing events: what the target and the loopback can carry. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Core, runText } from '../measure/index.ts'
import { exists, type Missing } from './installed.ts'

export interface WrkFigures {
  rps: number
}

const BODY = JSON.stringify({
  model: 'target',
  stream: true,
  messages: [{ role: 'user', content: 'One prompt, the same for each request.' }],
})

export async function wrk(
  url: string,
  connections: number,
  seconds: number,
  core: Core | undefined,
): Promise<WrkFigures | Missing> {
  if (!exists('wrk', ['--version'])) return { missing: 'wrk is not installed' }
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-wrk-'))
  try {
    // A script is wrk's only way to send a POST.
    const script = join(folder, 'post.lua')
    writeFileSync(
      script,
      `wrk.method = 'POST'\nwrk.headers['content-type'] = 'application/json'\nwrk.body = [[${BODY}]]\n`,
    )
    const text = await runText('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url], {
      core,
      timeoutMs: (seconds + 20) * 1000,
    })
    const rps = /Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]
    if (rps === undefined) throw new Error(`wrk printed no request rate: ${text.slice(0, 500)}`)
    return { rps: Number(rps) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
