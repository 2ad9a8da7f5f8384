import { perfgate } from 'perfgate/vitest/config'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['*.test.ts'] } },
      { plugins: [perfgate({ outputsDir: process.env.OUTPUTS! })], test: { name: 'perf', fileParallelism: true } },
    ],
  },
})
