module.exports = { testMatch: ['**/docblock.perf.cjs'] }
