/** How the endpoint is reached. */
import { z } from 'zod'
import { count, option, seconds } from '../option.ts'

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String)

function httpTwo(value: boolean | 'auto' | 'true' | 'false'): boolean | 'auto' {
  return value === 'auto' ? value : value === true || value === 'true'
}

export const networkOptions = {
  totalTimeout: option(seconds.default(21_600), {
    group: 'Network',
    kind: 'number',
    value: 'seconds',
    description: 'longest time one request may take',
  }),
  connectTimeout: option(seconds.default(30), {
    group: 'Network',
    kind: 'number',
    value: 'seconds',
    description: 'longest time to open a connection',
  }),
  readTimeout: option(seconds.default(600), {
    group: 'Network',
    kind: 'number',
    value: 'seconds',
    description: 'longest silence of the server within a request',
  }),
  headers: option(z.record(z.string(), headerValue).default({}), {
    group: 'Network',
    kind: 'pairs',
    value: 'k=v',
    description: 'extra request headers',
  }),
  noTestConnection: option(z.boolean().default(false), {
    group: 'Network',
    kind: 'switch',
    description: 'do not send a test request before the run',
  }),
  preconnect: option(z.boolean().default(true), {
    group: 'Network',
    kind: 'switch',
    description: 'open connections before the measured phase',
  }),
  ca: option(z.string().min(1).optional(), {
    group: 'Network',
    kind: 'string',
    value: 'file',
    description: 'certificates (PEM) to trust instead of the well-known ones',
  }),
  cert: option(z.string().min(1).optional(), {
    group: 'Network',
    kind: 'string',
    value: 'file',
    description: 'certificate (PEM) to show to the endpoint',
  }),
  key: option(z.string().min(1).optional(), {
    group: 'Network',
    kind: 'string',
    value: 'file',
    description: 'private key (PEM) of cert; its passphrase is taken from PERFGATE_KEY_PASSPHRASE',
  }),
  insecure: option(z.boolean().default(false), {
    group: 'Network',
    kind: 'switch',
    description: 'accept any certificate; the result says so',
  }),
  proxy: option(z.string().min(1).default('env'), {
    group: 'Network',
    kind: 'string',
    value: 'url',
    description: 'proxy to go through, none, or env: HTTP_PROXY, HTTPS_PROXY and NO_PROXY',
  }),
  http2: option(
    z
      .union([z.boolean(), z.enum(['auto', 'true', 'false'])])
      .default('auto')
      .transform(httpTwo),
    {
      group: 'Network',
      kind: 'string',
      value: 'auto|true|false',
      description: 'HTTP/2: where the server offers it, only, or never',
    },
  ),
  maxEventBytes: option(count.default(32 << 20), {
    group: 'Network',
    kind: 'number',
    value: 'bytes',
    description: 'largest event of a stream, or answer in one piece; larger ones fail',
  }),
  allowedHosts: option(z.union([z.string().min(1), z.array(z.string().min(1))]).default([]), {
    group: 'Network',
    kind: 'strings',
    value: 'host',
    description: 'hosts beside this machine that load may go to, as *.example.com; in CI others are refused',
  }),
  yes: option(z.boolean().default(false), {
    group: 'Network',
    kind: 'switch',
    description: 'send load to a host that is not in allowed-hosts',
  }),
}
