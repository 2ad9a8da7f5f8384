import { perfgate } from 'perfgate/vitest/config'
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/vitest/projects/**'],
          testTimeout: 60_000,
        },
      },
      {
        // As users have it: the package's own built files, found by its name.
        plugins: [perfgate({ outputsDir: 'reports' })],
        test: { name: 'perf', include: ['perf/**/*.perf.ts'] },
      },
    ],
  },
})
