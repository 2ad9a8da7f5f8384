const { perfTest } = require('perfgate/jest')

perfTest('one', { url: process.env.ENDPOINT, model: 'm', number: 10, parallel: 1, onInvalid: 'warn' })
