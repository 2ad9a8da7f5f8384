/** The server that a scenario has started for itself: its command, where it will be, and its log. */
import { join } from 'node:path'
import { type Api, resolveEndpoint } from '../apis/index.ts'
import { currentDate, EndpointError, type ResolvedConfig } from '../config/index.ts'
import { fileName, timestamp } from '../records/index.ts'
import { startCommandServer } from './commandServer.ts'
import type { Endpoint } from './endpoint.ts'
import { redactCommand, secretsOfRun } from './redact.ts'
import { scrubLog } from './scrub.ts'

/** `{port}` and `{model}` stand for the options; the shell gets the model as one word. */
const VLLM = 'vllm serve {model} --host 127.0.0.1 --port {port}'

/**
 * Starts the command and waits until it answers.
 * @throws ConfigError when something answers at its address already
 * @throws EndpointError when it ends, or does not answer in time, with the end of its log; and when interrupted
 */
export async function openLocalServer(
  config: ResolvedConfig,
  api: Api,
  signal: AbortSignal | undefined,
  onNotice: ((text: string) => void) | undefined,
): Promise<Omit<Endpoint, 'added' | 'route'>> {
  const { localCommand = VLLM, port, model = '', outputsDir, readyTimeout } = config
  const command = localCommand.replaceAll('{port}', String(port)).replaceAll('{model}', quoted(model))
  const { origin, path } = resolveEndpoint(config.url ?? `http://127.0.0.1:${port}`, api)
  const names = [fileName(model), 'server', config.noTimestamp ? '' : timestamp(currentDate())]
  const logPath = join(outputsDir, `${names.filter((name) => name !== '').join('_')}.log`)
  onNotice?.(`starting "${redactCommand(command)}"; its log is ${logPath}`)
  const secrets = secretsOfRun(config)
  const server = await startCommandServer({
    command,
    readyUrl: config.readyUrl ?? `${origin}/health`,
    env: { PORT: String(port) },
    logPath,
    timeoutMs: readyTimeout * 1000,
    signal,
  }).catch((error: unknown) => {
    scrubLog(logPath, secrets)
    if (!signal?.aborted) throw error
    throw new EndpointError(`the run was interrupted before "${redactCommand(command)}" answered; it was stopped`)
  })
  const close = async (): Promise<void> => {
    await server.stop()
    scrubLog(logPath, secrets)
  }
  return { url: origin + path, origin, path, embedded: false, close }
}

function quoted(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
