const { perfTest } = require('perfgate/jest')

const scenario = {
  url: process.env.ENDPOINT,
  model: 'm',
  number: 100_000,
  parallel: 1,
  gracefulStop: 5,
  onInvalid: 'warn',
}
perfTest('long', scenario)
perfTest('after it', scenario)
