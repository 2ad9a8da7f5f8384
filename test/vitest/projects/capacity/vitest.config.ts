import { perfgate } from 'perfgate/vitest/config'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [perfgate({ outputsDir: process.env.OUTPUTS!, tables: 'all' })],
  // A project's own settings, which must not make a broken gate run again or a long load fail.
  test: { retry: 2, testTimeout: 1 },
})
