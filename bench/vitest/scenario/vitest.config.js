import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { perfgate } from 'perfgate/vitest/config'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [perfgate({ outputsDir: process.env.BENCH_OUTPUTS ?? join(tmpdir(), 'perfgate-bench-outputs') })],
  test: { reporters: ['default'] },
})
