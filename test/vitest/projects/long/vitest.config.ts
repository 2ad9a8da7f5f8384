import { perfgate } from 'perfgate/vitest/config'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [perfgate({ outputsDir: process.env.OUTPUTS!, config: false })],
  test: { include: ['*.perf.ts'], pool: process.env.POOL as 'forks' },
})
