/** The code that README.md and the pages of docs/ show. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Block {
  file: string
  /** Line of its first line of code, from 1. */
  line: number
  language: string
  code: string
}

export const blocks: Block[] = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })].flatMap((file) => {
  const text = readFileSync(`${ROOT}${file}`, 'utf8')
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n(.*?)^\1```$/gms)].map((found) => ({
    file,
    line: text.slice(0, found.index).split('\n').length + 1,
    language: found[2]!,
    code: found[3]!,
  }))
})

export const of = (...languages: string[]): Block[] => blocks.filter(({ language }) => languages.includes(language))

export interface Command {
  file: string
  line: string
}

/** Each `npx perfgate …`, on one line. */
export const commands: Command[] = of('sh').flatMap(({ file, code }) =>
  code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => /(^|&& )(\w+=\S+ )*npx perfgate /.test(line))
    .map((line) => ({ file, line })),
)
