/** The TypeScript of docs/configuration.md and docs/scenarios.md, for the compiler: a test holds both side by side. */

import { loadConfig } from '../../src/config/files/index.ts'
import { defineConfig, runPerfBenchmark } from '../../src/index.ts'
import { loadScenarios, perfTest, perfTests } from '../../src/testing/vitest/index.ts'

export default defineConfig({
  url: process.env.LLM_URL ?? 'http://127.0.0.1:8000',
  model: 'qwen2.5',
  thresholds: { successRate: '>= 99 %' },
})

export function inTests(): void {
  perfTests('scenarios/*.yaml')

  for (const { name, config } of loadScenarios('scenarios/chat.yaml'))
    perfTest(name, config, ({ result, expect }) => {
      expect(result.summary.failedRequests).toBe(0)
    })
}

export const fromCode = () => runPerfBenchmark({ ...loadConfig(), parallel: 8 })
