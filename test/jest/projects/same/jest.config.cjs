module.exports = { ...require('../gates/jest.config.cjs'), testMatch: ['**/jest.perf.cjs'] }
