/** What is measured: the endpoint, its model and its protocol. */
import { z } from 'zod'
import { option } from '../option.ts'

export const basicOptions = {
  url: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'url',
    description:
      'base URL or full endpoint; the path of the chosen API is appended when missing; absent: the embedded server',
  }),
  model: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'name',
    description: 'model name sent in each request',
    defaultText: 'embedded, for the embedded server',
  }),
  name: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'text',
    description: 'name of this run, in results and file names',
  }),
  embedded: option(z.record(z.string(), z.unknown()).optional(), {
    group: 'Basic',
    kind: 'json',
    value: 'json',
    description:
      'measure the embedded server: {}, or its timing and behaviour, as {"ttft":{"kind":"constant","meanMs":20}}',
  }),
  api: option(z.string().min(1).default('openai'), {
    group: 'Basic',
    kind: 'string',
    value: 'api',
    description:
      'protocol of the endpoint: openai, openai_responses, openai_embedding, openai_rerank, dashscope, anthropic, local, local_vllm, custom, or your module',
  }),
  apiKey: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'key',
    description: 'sent as "Authorization: Bearer …"; prefer the environment variable PERFGATE_API_KEY',
  }),
  debug: option(z.boolean().default(false), {
    group: 'Basic',
    kind: 'switch',
    description: 'say the resolved options on stderr',
  }),
  customApi: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'file',
    description: 'with api custom: your module that builds requests and reads answers, as ./my-api.ts',
  }),
  localCommand: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'command',
    description:
      'starts the server to be tested and is stopped after the run; {port} and {model} stand for the options',
    defaultText: 'vllm serve {model} … for api local_vllm',
  }),
  readyUrl: option(z.string().min(1).optional(), {
    group: 'Basic',
    kind: 'string',
    value: 'url',
    description: 'asked until it answers: then the server that was started is ready',
    defaultText: '/health of that server',
  }),
  readyTimeout: option(z.number().positive().default(600), {
    group: 'Basic',
    kind: 'number',
    value: 'seconds',
    description: 'longest wait for the server that was started',
  }),
  port: option(z.number().int().min(1).max(65_535).default(8877), {
    group: 'Basic',
    kind: 'number',
    value: 'n',
    description: 'port on 127.0.0.1 of the server that was started, where there is no url',
  }),
}
