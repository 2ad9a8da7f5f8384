const { once } = require('node:events')
const { watch } = require('node:fs')

test('fails when it is told to', async () => {
  await once(watch(process.env.TOLD), 'change')
  throw new Error('failed as told')
}, 60_000)
