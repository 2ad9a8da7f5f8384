/** One scenario for every door. */
exports.scenario = {
  url: process.env.ENDPOINT,
  model: 'm',
  number: 6,
  parallel: 1,
  seed: 7,
  onInvalid: 'warn',
  thresholds: { 'p99(latency)': '< 1 ms', successRate: '>= 100 %' },
}
