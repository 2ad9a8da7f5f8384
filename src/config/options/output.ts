/** Options of what is written, and of what the server says of itself. */
import { z } from 'zod'
import { count, option } from '../option.ts'

export const outputOptions = {
  outputsDir: option(z.string().min(1).default('./outputs'), {
    group: 'Output',
    kind: 'string',
    value: 'folder',
    description: 'where the result DB and JSON go',
  }),
  noTimestamp: option(z.boolean().default(false), {
    group: 'Output',
    kind: 'switch',
    description: 'leave the time out of file names',
  }),
  dbCommitInterval: option(count.default(1000), {
    group: 'Output',
    kind: 'number',
    value: 'rows',
    description: 'rows per transaction of the result DB, at most one second of them',
  }),
  store: option(z.enum(['none', 'metrics', 'full']).default('full'), {
    group: 'Output',
    kind: 'string',
    value: 'what',
    description: 'kept per request: none (no DB), metrics (figures only), full (with request and answer text)',
  }),
  visualizer: option(z.enum(['wandb', 'swanlab', 'clearml']).optional(), {
    group: 'Output',
    kind: 'string',
    value: 'tracker',
    description: 'also write a run folder for wandb, swanlab or clearml, with the script that hands it over',
  }),
  enableProgressTracker: option(z.boolean().default(false), {
    group: 'Output',
    kind: 'switch',
    description: 'keep progress.json in the outputs folder up to date',
  }),
  storeLimit: option(z.number().positive().default(1), {
    group: 'Output',
    kind: 'number',
    value: 'MB',
    description: 'with store full: kept of one request or answer at most; the rest is cut off, and its row says so',
  }),
  sensitiveHeaders: option(z.union([z.string().min(1), z.array(z.string().min(1))]).default([]), {
    group: 'Output',
    kind: 'strings',
    value: 'name',
    description: 'further headers and URL parameters never kept or shown, beside authorization, api-key, cookie …',
  }),
}

export const serverViewOptions = {
  metricsUrl: option(z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(), {
    group: 'Server view',
    kind: 'strings',
    value: 'url',
    description:
      "Prometheus metrics of the engine (vLLM, SGLang, TGI, llama.cpp), scraped during the run and shown beside the client's, and of its GPUs (NVIDIA's DCGM exporter, AMD's), one address or several; a path such as /metrics is one of the endpoint's host",
  }),
  metricsInterval: option(z.number().min(0.05).default(1), {
    group: 'Server view',
    kind: 'number',
    value: 'seconds',
    description: 'time between scrapes of metricsUrl',
  }),
}
