const { describe } = require('node:test')
const { perfTest } = require('perfgate/node-test')
const { scenario } = require('./scenario.cjs')

describe('chat', () => perfTest('answers', { ...scenario, outputsDir: process.env.OUTPUTS }))
