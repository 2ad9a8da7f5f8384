import { perfgate } from 'perfgate/vitest/config'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [perfgate({ outputsDir: process.env.OUTPUTS!, config: process.env.CONFIG ?? 'perfgate.config.yaml' })],
  test: { include: ['*.perf.ts'] },
})
