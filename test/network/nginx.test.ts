/** HTTP/2 with nginx, where it is installed, in front of an endpoint: another hand's implementation of both sides. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Certificates, makeCertificates } from './certificates.ts'
import { listening, startEndpoint, type TestEndpoint } from './endpoints.ts'
import { send } from './run.ts'

const NGINX = process.env['NGINX'] ?? 'nginx'
const isThere = spawnSync(NGINX, ['-v']).status === 0

let certificates: Certificates
let endpoint: TestEndpoint
let nginx: ChildProcess | undefined
let port: number
let logPath: string
beforeAll(async () => {
  if (!isThere) return
  certificates = await makeCertificates()
  endpoint = await startEndpoint({ tokens: 5, pauseMs: 10 })
  port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-nginx-'))
  logPath = join(folder, 'access.log')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const path = join(folder, 'nginx.conf')
  writeFileSync(
    path,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  ${temporary.join(' ')}
  log_format protocol '$server_protocol $status $connection';
  access_log ${logPath} protocol;
  keepalive_requests 3;
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${certificates.file('server.pem', certificates.server.cert)};
    ssl_certificate_key ${certificates.file('server.key', certificates.server.key)};
    location / { proxy_pass http://127.0.0.1:${endpoint.port}; proxy_buffering off; }
  }
}`,
  )
  nginx = spawn(NGINX, ['-c', path, '-p', folder], { stdio: 'ignore' })
  await answering(port)
})
afterAll(async () => {
  if (nginx === undefined) return
  nginx.kill('SIGTERM')
  await once(nginx, 'exit')
  await endpoint.close()
})

it.skipIf(!isThere)(
  `HTTP/2 through nginx: all are answered, also when it ends a connection after three${isThere ? '' : ' (nginx is not installed)'}`,
  async () => {
    const { errors, metrics, http2, connections } = await send(`https://127.0.0.1:${port}`, {
      ca: certificates.file('ca.pem', certificates.ca),
      number: 14,
      parallel: 2,
      preconnect: true,
    })
    expect(errors).toEqual({})
    expect(endpoint.seen).toHaveLength(14)
    expect(metrics.distribution('itl')!.n).toBe(14 * 4)
    expect(http2).toBe(connections)
    expect(connections).toBeGreaterThanOrEqual(5)
  },
)

async function freePort(): Promise<number> {
  const server = createServer()
  const free = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  return free
}

async function answering(at: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(at, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      socket.destroy()
    }
  }
  throw new Error(`nginx does not answer on port ${at}`)
}
