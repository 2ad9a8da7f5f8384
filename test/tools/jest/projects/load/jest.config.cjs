module.exports = {
  preset: 'perfgate/jest',
  testMatch: ['**/*.perf.cjs', '**/*.test.cjs'],
  testEnvironmentOptions: { outputsDir: process.env.OUTPUTS },
}
