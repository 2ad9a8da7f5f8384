/** The run as its server sees it. */
import { z } from 'zod'
import { option } from '../option.ts'

export const serverViewOptions = {
  metricsUrl: option(z.string().min(1).optional(), {
    group: 'Server view',
    kind: 'string',
    value: 'url',
    description:
      "Prometheus metrics of the engine (vLLM, SGLang, TGI, llama.cpp), scraped during the run and shown beside the client's; a path such as /metrics is one of the endpoint's host",
  }),
  metricsInterval: option(z.number().min(0.05).default(1), {
    group: 'Server view',
    kind: 'number',
    value: 'seconds',
    description: 'time between scrapes of metricsUrl',
  }),
}
