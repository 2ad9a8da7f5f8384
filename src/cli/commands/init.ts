/** `perfgate init`: writes a first perf test, its config, a script and a CI job into an existing project. */
import { Option } from 'commander'
import type { Change, Plan, Wishes } from '../../init/index.ts'
import { readChoice } from '../flags.ts'
import type { Io } from '../io.ts'
import type { CliCommand } from '../usage.ts'
import { quietCommand, readWords, refuseOperands } from '../usage.ts'

const FRAMEWORKS = ['vitest', 'jest', 'node'] as const
const CI = ['github', 'gitlab', 'none'] as const

/**
 * @param folder of the project
 * @throws ConfigError when a flag is wrong, there is no project, or a file cannot be written
 */
export async function initCommand(args: readonly string[], io: Io, folder: string = process.cwd()): Promise<number> {
  const asked = readFlags(args, io)
  if (asked === undefined) return 0
  const { applyInit, planInit, readProject } = await import('../../init/index.ts')
  const project = readProject(folder, io.env, asked.wishes)
  const plan = planInit(project)
  if (!asked.dryRun) applyInit(project, plan)
  io.stdout.write(said(plan, asked.dryRun))
  return 0
}

/** Undefined when help was printed. */
function readFlags(args: readonly string[], io: Io): { dryRun: boolean; wishes: Wishes } | undefined {
  const command = quietCommand('perfgate init', io)
    .usage('[flags]')
    .description('Writes a first perf test, its config, a script and a CI job. No file is overwritten.')
    .allowExcessArguments(true)
    .addOption(new Option('--dry-run', 'say what would be done, and do nothing'))
    .addOption(new Option('--framework <name>', 'vitest, jest or node (default: the one in package.json)'))
    .addOption(new Option('--ci <name>', 'github, gitlab or none (default: what the repository uses)'))
  const read = readWords<{ dryRun?: boolean; framework?: string; ci?: string }>(command, args)
  if (read === undefined) return undefined
  refuseOperands(read.operands)
  const { dryRun = false, framework, ci } = read.flags
  return { dryRun, wishes: { framework: oneOf('framework', FRAMEWORKS, framework), ci: oneOf('ci', CI, ci) } }
}

function oneOf<Word extends string>(flag: string, known: readonly Word[], word: string | undefined): Word | undefined {
  return word === undefined ? undefined : readChoice(flag, word, known)
}

function said({ changes, next }: Plan, dryRun: boolean): string {
  const lines = changes.map((change) => line(change, dryRun))
  return `${lines.join('\n')}\n\nNext:\n${next.map((command) => `  ${command}\n`).join('')}`
}

function line(change: Change, dryRun: boolean): string {
  const would = dryRun ? 'would ' : ''
  switch (change.kind) {
    case 'create':
      return `${would}${dryRun ? 'write' : 'wrote'} ${change.path}`
    case 'edit':
      return `${would}${dryRun ? 'add' : 'added'} to ${change.path}: ${change.what}`
    case 'keep':
      return `kept ${change.path}: ${change.why}`
    case 'advise':
      return `for you to do: ${change.text.trimEnd().replaceAll('\n', '\n    ')}`
  }
}

export const init: CliCommand = {
  name: 'init',
  description: 'write a first perf test and its CI job into a project',
  run: (args, io) => initCommand(args, io),
}
