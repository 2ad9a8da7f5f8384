/** The command line, as programs of their own run it: from what was built, which starts in half the time. */
import { fileURLToPath } from 'node:url'

/** Built anew before the tests where sources are newer: `built.ts`. */
export const BIN = fileURLToPath(new URL('../dist/src/cli/bin.js', import.meta.url))
