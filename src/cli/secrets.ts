/** Secrets of the command line and the environment: kept out of what is printed and, as far as it goes, out of `ps`. */
import { environmentSecrets } from '../run/redact.ts'
import { maskArg, secretsInArgs, secretsOf } from '../secrets/index.ts'
import type { Io, Output } from './io.ts'

/** The same world, with `***` printed in place of each secret. */
export function withoutSecrets(io: Io, args: readonly string[]): Io {
  const given = [...secretsInArgs(args), ...environmentSecrets(io.env)]
  // Made anew for each text: a config file that is read later may bring more secrets.
  const hide = (text: string): string => secretsOf(given).hide(text)
  return { ...io, stdout: hiding(io.stdout, hide), stderr: hiding(io.stderr, hide) }
}

function hiding(output: Output, hide: (text: string) => string): Output {
  return {
    write: (text) => output.write(hide(text)),
    get isTTY() {
      return output.isTTY
    },
    get columns() {
      return output.columns
    },
  }
}

/** Says once that a key on the command line can be read by others, and what to do instead. */
export function warnOfKey({ stderr }: Io, args: readonly string[]): void {
  if (!args.some((arg) => /^--api[-_]?key(=|$)/i.test(arg))) return
  const where = process.platform === 'linux' ? ' (in /proc/PID/cmdline, and ps shows it)' : ''
  stderr.write(
    `perfgate: the key given by --api-key can be read by others on this machine${where} and stays in the shell's history; put it into the environment variable PERFGATE_API_KEY instead\n`,
  )
}

/**
 * Where the arguments hold a secret, other programs see them without it from now on. They have seen it until now, and
 * still see it in what started us: a shell, npx.
 */
export function hideFromProcessList(args: readonly string[]): void {
  const secrets = secretsOf(secretsInArgs(args))
  const shown = args.map((arg, i) => maskArg(arg, args[i - 1], secrets))
  if (shown.some((arg, i) => arg !== args[i])) process.title = ['perfgate', ...shown].join(' ')
}
