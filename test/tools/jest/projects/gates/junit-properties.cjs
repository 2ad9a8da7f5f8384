module.exports = require('perfgate/jest/junit')
