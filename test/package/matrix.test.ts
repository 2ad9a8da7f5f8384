/** A selection of the matrix that `npm run matrix` tries in full: each framework, pool, layout and Node at least once. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { CELLS, installOf, NODES, nameOf, SELECTION, tryCell } from './matrix.ts'
import { emptyProject, fileFolder, run } from './project.ts'

const folder = fileFolder()
const nodes = new Map<string, Promise<string>>()

/** The package `node` of npm. */
function nodeOf(version: string): Promise<string> {
  const install = async (): Promise<string> => {
    const at = join(folder, version)
    mkdirSync(at)
    // It fetches its program when it is installed; npm asks for leave.
    emptyProject(at, { allowScripts: { node: true } })
    await run(at, ['npm', 'install', `node@${version}`])
    return join(at, 'node_modules/.bin/node')
  }
  const node = nodes.get(version) ?? install()
  nodes.set(version, node)
  return node
}

test.for(SELECTION)('$cell.framework $cell.pool $cell.layout on Node $node', async ({ node, cell }) => {
  expect(await tryCell(inject('installed')[installOf(cell)]!, await nodeOf(node), cell)).toBeUndefined()
})

test('the selection has each value', () => {
  const values = (cells: typeof CELLS): string[] =>
    [...new Set(cells.flatMap(({ framework, pool, layout }) => [framework, pool, layout]))].map(String).toSorted()
  expect(values(SELECTION.map(({ cell }) => cell))).toEqual(values(CELLS))
  expect([...new Set(SELECTION.map(({ node }) => node))].toSorted()).toEqual([...NODES].toSorted())
  expect(new Set(CELLS.map(nameOf)).size).toBe(CELLS.length)
})
