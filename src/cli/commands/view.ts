/** `perfgate view [folder]`: a local page over the result DBs of a folder, until it is interrupted. */
import { existsSync, statSync } from 'node:fs'
import { ConfigError } from '../../config/index.ts'
import { firstInterrupt } from '../firstInterrupt.ts'
import type { Io } from '../io.ts'
import { isHelp, quietCommand, usageError } from '../usage.ts'
import type { CliCommand } from './command.ts'

const DEFAULT_FOLDER = './outputs'

/** @throws ConfigError when the folder is not one or the port is taken */
export async function viewCommand(args: readonly string[], io: Io): Promise<number> {
  const command = quietCommand('perfgate view', io)
    .usage('[folder] [flags]')
    .description('Shows the results of a folder in the browser. It listens on 127.0.0.1 only and changes nothing.')
    .argument('[folder]', `where the result DBs are (default: ${DEFAULT_FOLDER})`)
    .option('--port <n>', 'port on 127.0.0.1 (default: any free one)')
  try {
    command.parse(args, { from: 'user' })
  } catch (error) {
    if (isHelp(error)) return 0
    throw usageError(error, ['port'])
  }
  const [folder = DEFAULT_FOLDER] = command.args
  const port = portOf(command.opts<{ port?: string }>().port)
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new ConfigError(`"${folder}": there is no such folder; give the one of --outputs-dir`)
  const { startView } = await import('../view/server.ts')
  const stopped = firstInterrupt(io)
  const server = await startView(folder, port).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES')
      throw new ConfigError(`option --port: ${port} cannot be opened (${error.code}); choose another`)
    throw error
  })
  io.stdout.write(`perfgate: results of ${folder} at ${server.url}\n`)
  io.stderr.write('perfgate: interrupt to stop\n')
  const unlisten = await stopped
  await server.close()
  unlisten()
  return 0
}

function portOf(word: string | undefined): number {
  if (word === undefined) return 0
  const port = Number(word)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError(`option --port: expected a number from 0 to 65535, got "${word}"`)
  return port
}

export const view: CliCommand = {
  name: 'view',
  description: 'look at results in the browser',
  run: viewCommand,
}
