/** `perfgate import <tool> [file | command line]`: another tool's scenario as one of ours. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Option } from 'commander'
import { ConfigError, suggestion } from '../../config/index.ts'
import type { ImportInput } from '../../import/index.ts'
import type { Io } from '../io.ts'
import { isHelp, quietCommand, usageError } from '../usage.ts'
import type { CliCommand } from './command.ts'

const MORE_HELP = `
Examples:
  perfgate import vllm -- vllm bench serve --model m --random-input-len 512
  perfgate import vllm bench.sh --output scenarios/chat.yaml
  perfgate import guidellm scenario.yaml
  perfgate import inference-perf config.yml
  perfgate import artillery load.yml
  perfgate import k6 script.js --to test

What does not map is said on stderr, and stands as comments in what is written.`

/** @throws ConfigError when the tool is not known or its input cannot be read */
export async function importCommand(args: readonly string[], io: Io): Promise<number> {
  const { IMPORTERS, TARGETS, written } = await import('../../import/index.ts')
  const end = args.indexOf('--')
  const [own, after] = end === -1 ? [args, undefined] : [args.slice(0, end), args.slice(end + 1)]
  const command = quietCommand('perfgate import', io)
    .usage('<tool> [file | command line | -- command line] [flags]')
    .description(
      `Makes a scenario of another tool's file or command line.\n\n${IMPORTERS.map(({ name, title, takes }) => `${name.padEnd(16)}${title.replaceAll('`', '')}: ${takes}`).join('\n')}`,
    )
    .argument('[words...]')
    .addOption(new Option('--to <what>', `${TARGETS.join(', ')} (default: scenario)`))
    .addOption(new Option('--output <file>', 'where it is written (default: stdout)'))
    .addHelpText('after', MORE_HELP)
  try {
    command.parse([...own], { from: 'user' })
  } catch (error) {
    if (isHelp(error)) return 0
    throw usageError(error, ['to', 'output', 'help'])
  }
  const [tool, ...words] = command.args
  const names = IMPORTERS.flatMap(({ name, aliases }) => [name, ...aliases])
  if (tool === undefined)
    throw new ConfigError(`import: from which tool? Known: ${IMPORTERS.map(({ name }) => name).join(', ')}`)
  const importer = IMPORTERS.find(({ name, aliases }) => name === tool || aliases.includes(tool))
  if (importer === undefined) throw new ConfigError(`import "${tool}": unknown${suggestion(tool, names)}`)
  const { to = 'scenario', output } = command.opts<{ to?: string; output?: string }>()
  const target = TARGETS.find((known) => known === to)
  if (target === undefined) throw new ConfigError(`option --to: unknown value "${to}"${suggestion(to, TARGETS)}`)
  const drafts = importer.read(inputOf(tool, importer.takes, words, after))
  const text = written(drafts, target, importer.title.replaceAll('`', ''))
  for (const note of new Set(drafts.flatMap(({ notes }) => notes)))
    io.stderr.write(`perfgate: not taken over: ${note}\n`)
  if (output === undefined) io.stdout.write(text)
  else {
    if (existsSync(output)) throw new ConfigError(`option --output: "${output}" is there already; choose another name`)
    writeFileSync(output, text)
    io.stderr.write(`perfgate: wrote ${output}\n`)
  }
  return 0
}

function inputOf(
  tool: string,
  takes: string,
  words: readonly string[],
  after: readonly string[] | undefined,
): ImportInput {
  if (after !== undefined) return { text: after.join(' '), words: [...after], file: undefined }
  const [first, ...more] = words
  if (first === undefined) throw new ConfigError(`import ${tool}: of what? Give a ${takes.replace(' or ', ' or a ')}`)
  if (more.length === 0 && existsSync(first) && !statSync(first).isDirectory())
    return { text: readFileSync(first, 'utf8').replace(/^\uFEFF/, ''), words: undefined, file: first }
  if (takes === 'file' || !/\s/.test([first, ...more].join(' ')))
    throw new ConfigError(`import ${tool}: there is no file "${first}"`)
  return { text: words.join(' '), words: more.length === 0 ? undefined : [...words], file: undefined }
}

export const importScenario: CliCommand = {
  name: 'import',
  description: 'scenarios from vLLM, GuideLLM, k6 and others',
  run: importCommand,
}
