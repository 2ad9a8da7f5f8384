/** Bundles the script and the style of the HTML report, with uPlot in them, into two files. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'rolldown'

const PAGE = new URL('../src/report/html/page/', import.meta.url).pathname
const UPLOT_STYLE = join(dirname(createRequire(import.meta.url).resolve('uplot')), 'uPlot.min.css')

/** Where the sources and the built package look for it. */
export const PAGE_FOLDER = new URL('../dist/src/report/html/', import.meta.url).pathname

export async function bundlePage(folder: string = PAGE_FOLDER): Promise<void> {
  const { output } = await build({
    input: join(PAGE, 'main.ts'),
    platform: 'browser',
    write: false,
    output: { format: 'iife', minify: true },
    // The page's own settings: the project's are for Node.
    tsconfig: join(PAGE, 'tsconfig.json'),
  })
  const script = `/* The page of perfgate's HTML report. Contains uPlot, (c) Leon Sorokin, MIT license: https://github.com/leeoniya/uPlot */\n${output[0].code}`
  // Inlined in HTML, where these would end the element or hide its end.
  if (/<\/script|<!--/i.test(script)) throw new Error('the bundled script contains a closing tag')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'page.js'), script)
  writeFileSync(
    join(folder, 'page.css'),
    [UPLOT_STYLE, join(PAGE, 'page.css')].map((file) => readFileSync(file, 'utf8')).join('\n'),
  )
}
