/** The script in package.json that runs the perf tests. */
import { isDeepStrictEqual } from 'node:util'
import type { Change } from './change.ts'
import type { Project } from './project.ts'

export interface Script {
  change: Change
  name: string
}

export function perfScript(project: Project, command: string): Script {
  const scripts = project.manifest.scripts ?? {}
  const present = Object.keys(scripts).find((name) => name.startsWith('perf') && runsPerfTests(scripts[name]!, command))
  if (present !== undefined)
    return { name: present, change: { kind: 'keep', path: 'package.json', why: `script "${present}" is there` } }
  const name = ['perf', 'perf:llm', 'perfgate'].find((one) => scripts[one] === undefined) ?? 'perfgate:run'
  const what = `script "${name}": ${command}`
  return { name, change: { kind: 'edit', path: 'package.json', text: withScript(project, name, command), what } }
}

/** The same command, with whatever the user has added to it. */
function runsPerfTests(script: string, command: string): boolean {
  return script.includes(command)
}

/** Put in as text, so that the rest of the file stays as it was written. */
function withScript({ manifest, manifestText: text }: Project, name: string, command: string): string {
  const wanted = { ...manifest, scripts: { ...manifest.scripts, [name]: command } }
  const entry = `${JSON.stringify(name)}: ${JSON.stringify(command)}`
  const edited = text.replace(
    /("scripts"\s*:\s*\{)(\s*)(")/,
    (_, open, space, quote) => `${open}${space}${entry},${space}${quote}`,
  )
  if (parsesAs(edited, wanted)) return edited
  const [, indent = '  '] = /^\{\r?\n(\s+)"/.exec(text) ?? []
  return `${JSON.stringify(wanted, null, indent)}${/\s*$/.exec(text)![0]}`
}

function parsesAs(text: string, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), wanted)
  } catch {
    return false
  }
}
