/** Runs the long perf test and cancels the run when the parent process says so, as Vitest does at Ctrl+C in a terminal. */
import { createVitest } from 'vitest/node'

const vitest = await createVitest({ watch: false, reporters: ['verbose'] })
process.once('message', () => void vitest.cancelCurrentRun('keyboard-input'))
await vitest.start(['long.perf'])
process.disconnect()
await vitest.close()
