/** docs/evalscope.md as data: the rows of its tables, each with what it is about and its commands. */
import { readFileSync } from 'node:fs'

export interface Row {
  section: string
  /** The first cell: flags, names, or words. */
  about: string
  /** What stands in code marks in the first cell. */
  names: string[]
  /** Without the `npx perfgate` they begin with. */
  commands: string[]
}

export const page = readFileSync(new URL('../../../docs/evalscope.md', import.meta.url), 'utf8')

export const rows: Row[] = page.split(/^#{2,3} /m).flatMap((part) => {
  const section = part.slice(0, part.indexOf('\n'))
  return part
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '))
    .map((cells) => {
      const [about = ''] = cells
      const code = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!)
      const commands = code(cells.at(-1)!).map((command) => command.replace(/^npx perfgate /, ''))
      return { section, about, names: code(about), commands }
    })
})

/** The module of the page. */
export const myApi = /^`my-api\.js`:\n\n```js\n(.*?)```$/ms.exec(page)![1]!
/** What the page shows of code. */
export const example = /^```ts\n(.*?)^```$/ms.exec(page)![1]!
