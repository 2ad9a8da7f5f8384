/** How the endpoint is reached. */
import { z } from 'zod'
import { option, seconds } from '../option.ts'

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String)

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
