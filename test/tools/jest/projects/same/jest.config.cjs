module.exports = {
  preset: 'perfgate/jest',
  testMatch: ['**/jest.perf.cjs'],
  testEnvironmentOptions: { outputsDir: process.env.OUTPUTS },
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
