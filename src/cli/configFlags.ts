/** `--config`, `--no-config` and `--print-config`: which config file counts, and what comes of it. */
import { type Command, Option } from 'commander'
import { joinLayers, type Layer, type Layered, loadConfigLayer } from '../config/files/index.ts'
import type { Io } from './io.ts'
import { notice } from './output.ts'

export function addConfigFlags(command: Command, { withPrint = false }: { withPrint?: boolean } = {}): void {
  command
    .addOption(
      new Option(
        '--config <file>',
        'config file with defaults (default: the nearest perfgate.config.*, from here to the end of the project)',
      ).helpGroup('Config:'),
    )
    .addOption(new Option('--no-config', 'read no config file').helpGroup('Config:'))
  if (withPrint)
    command.addOption(
      new Option('--print-config', 'print each option and where its value came from; run nothing').helpGroup('Config:'),
    )
}

/** Names the file that is used. @throws ConfigError when there is no such file, or something in it is wrong */
export function configLayerOf(command: Command, io: Io): Layer | undefined {
  const { config } = command.opts<{ config?: string | false }>()
  // With a `--no-` form defined, commander's default is true.
  const layer = loadConfigLayer({ file: typeof config === 'boolean' && config ? undefined : config, env: io.env })
  if (layer !== undefined) notice(io, `config file: ${layer.file}`)
  return layer
}

/** What stood on the command line; its errors name the flag, and no place. */
export function flagLayer(values: Record<string, unknown>): Layer {
  return { values, place: () => '', secrets: [] }
}

/** The config file under the flags. */
export function underFlags(defaults: Layer | undefined, flags: Record<string, unknown>): Layered {
  return joinLayers([...(defaults === undefined ? [] : [defaults]), flagLayer(flags)])
}
