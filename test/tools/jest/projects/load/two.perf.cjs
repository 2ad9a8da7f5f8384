const { perfTest } = require('perfgate/jest')

perfTest('two', { url: process.env.ENDPOINT, model: 'm', number: 10, parallel: 1, onInvalid: 'warn' })
