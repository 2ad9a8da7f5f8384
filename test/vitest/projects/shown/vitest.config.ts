import { defineConfig } from 'vitest/config'
import { perfgate } from '../../../../src/vitest/config.ts'

export default defineConfig({
  plugins: [perfgate({ outputsDir: process.env.OUTPUTS! })],
  test: { reporters: ['default', 'github-actions', ['html', { outputDir: process.env.HTML! }]] },
})
