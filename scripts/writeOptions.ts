/** Writes docs/reference/options.md from the schema of the options: `npm run docs:options`. */
import { kebabCase, OPTION_GROUPS, OPTION_NAMES, optionMeta } from '../src/config/index.ts'
import { cell } from './markdown.ts'

/** The page: one table for each group of options. */
export function optionsPage(): string {
  const groups = OPTION_GROUPS.map((group) => {
    const rows = OPTION_NAMES.filter((name) => optionMeta(name).group === group).map(
      (name) => `| \`${name}\` | \`--${kebabCase(name)}\` | ${cell(optionMeta(name).description)} |`,
    )
    return `## ${group}\n\n| option | flag | what it says |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  })
  return `# Options\n\nWritten from the schema by \`npm run docs:options\`; a test keeps it current.\n\n${groups.join('\n')}`
}
