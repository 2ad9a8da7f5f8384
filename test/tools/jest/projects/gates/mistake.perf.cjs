const { perfTest } = require('perfgate/jest')

perfTest('right', { url: process.env.ENDPOINT, model: 'm', number: 1 })
perfTest('option', { url: process.env.ENDPOINT, paralel: 2 })
