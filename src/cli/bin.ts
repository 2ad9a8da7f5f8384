#!/usr/bin/env node
/** The program: looks at the Node it runs on before it loads anything that an older one cannot read. */
import { tooOldNode } from '../config/node.ts'

const text = tooOldNode()
if (text !== undefined) {
  console.error(text)
  process.exitCode = 2
} else {
  // A reader such as `head` may leave early; that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    throw error
  })
  const { main } = await import('./main.ts')
  const { hideFromProcessList } = await import('./io.ts')
  hideFromProcessList(process.argv.slice(2))
  process.exitCode = await main(process.argv.slice(2))
  // Written out in full first: a pipe takes its time.
  process.stdout.write('', () => process.exit())
}
