import { defineConfig } from 'vitest/config'
import { perfgate } from '../../../../src/vitest/config.ts'

export default defineConfig({
  plugins: [perfgate({ outputsDir: process.env.OUTPUTS! })],
  test: { attachmentsDir: process.env.ATTACHMENTS! },
})
