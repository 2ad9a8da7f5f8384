/** `perfgate view [folder]`: a local page over the result DBs of a folder, until it is interrupted. */
import { existsSync, statSync } from 'node:fs'
import { ConfigError } from '../../config/index.ts'
import { readNumberFlag } from '../flags.ts'
import type { Io } from '../io.ts'
import { serveUntilInterrupted } from '../serving.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords } from '../usage.ts'

const DEFAULT_FOLDER = './outputs'

/** @throws ConfigError when the folder is not one or the port is taken */
export async function viewCommand(args: readonly string[], io: Io): Promise<number> {
  const command = quietCommand('perfgate view', io)
    .usage('[folder] [flags]')
    .description('Shows the results of a folder in the browser. It listens on 127.0.0.1 only and changes nothing.')
    .argument('[folder]', `where the result DBs are (default: ${DEFAULT_FOLDER})`)
    .option('--port <n>', 'port on 127.0.0.1 (default: any free one)')
  const read = readWords<{ port?: string }>(command, args)
  if (read === undefined) return 0
  const [folder = DEFAULT_FOLDER] = read.operands
  const port = readNumberFlag('port', read.flags.port ?? '0', 'a number from 0 to 65535')
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new ConfigError(`"${folder}": there is no such folder; give the one of --outputs-dir`)
  return serveUntilInterrupted(io, {
    port,
    start: async () => (await import('../view/server.ts')).startView(folder, port),
    started: (url) => `results of ${folder} at ${url}`,
  })
}

export const view: CliCommand = {
  name: 'view',
  description: 'look at results in the browser',
  run: viewCommand,
}
