import { perfTest, perfTests } from 'perfgate/vitest'

perfTests('scenarios', { cwd: import.meta.dirname, overrides: { temperature: 0.5 } })
perfTest('written here', { number: 2 })
