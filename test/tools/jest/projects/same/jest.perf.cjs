const { perfTest } = require('perfgate/jest')
const { scenario } = require('./scenario.cjs')

describe('chat', () => perfTest('answers', scenario))
