import { defineConfig } from 'vitest/config'
import { perfgate } from '../../../../src/vitest/config.ts'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['*.test.ts'] } },
      { plugins: [perfgate({ outputsDir: process.env.OUTPUTS! })], test: { name: 'perf', fileParallelism: true } },
    ],
  },
})
