import { perfgate } from 'perfgate/vitest/config'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [perfgate({ outputsDir: process.env.OUTPUTS! })],
  test: { maxWorkers: 3, testTimeout: 60_000 },
})
