/** Results are not to be committed. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from './change.ts'
import type { Project } from './project.ts'

export function ignoredResults({ folder }: Project, outputsDir: string): Change {
  const path = join(folder, '.gitignore')
  const line = `${outputsDir.replace(/^\.\//, '')}/`
  if (!existsSync(path)) return { kind: 'create', path: '.gitignore', text: `node_modules/\n${line}\n` }
  const text = readFileSync(path, 'utf8')
  const isThere = text.split(/\r?\n/).some(
    (one) =>
      one
        .trim()
        .replace(/^\//, '')
        .replace(/\/?\*{0,2}$/, '/') === line,
  )
  if (isThere) return { kind: 'keep', path: '.gitignore', why: `${line} is in it` }
  const joint = text === '' || text.endsWith('\n') ? '' : '\n'
  return { kind: 'edit', path: '.gitignore', text: `${text}${joint}${line}\n`, what: line }
}
