import { defineConfig } from 'vitest/config'
import { perfgate } from '../../../../src/vitest/config.ts'

export default defineConfig({
  plugins: [perfgate({ outputsDir: process.env.OUTPUTS!, config: process.env.CONFIG ?? 'perfgate.config.yaml' })],
  test: { include: ['*.perf.ts'] },
})
