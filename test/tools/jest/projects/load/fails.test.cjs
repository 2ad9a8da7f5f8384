const { once } = require('node:events')
const { watch } = require('node:fs')

test('fails when it is told to', async () => {
  const watcher = watch(process.env.TOLD)
  await once(watcher, 'change')
  watcher.close()
  throw new Error('failed as told')
}, 60_000)
