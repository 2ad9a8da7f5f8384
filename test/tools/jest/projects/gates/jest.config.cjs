module.exports = {
  preset: 'perfgate/jest',
  // A project's own settings, which must not make a long load fail.
  testTimeout: 1,
  testEnvironmentOptions: { outputsDir: process.env.OUTPUTS, tables: 'all' },
  reporters: [
    'default',
    'perfgate/jest/reporter',
    [
      'jest-junit',
      {
        outputFile: process.env.JUNIT,
        testCasePropertiesFile: 'junit-properties.cjs',
        classNameTemplate: '{classname}',
        titleTemplate: '{title}',
      },
    ],
  ],
}
