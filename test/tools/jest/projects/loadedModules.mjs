/** With `node --import`: writes the URL of every module that Node loads, imported or required, into the file LOADED. */
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, nextLoad) {
    if (process.env.LOADED) appendFileSync(process.env.LOADED, `${url}\n`)
    return nextLoad(url, context)
  },
})
