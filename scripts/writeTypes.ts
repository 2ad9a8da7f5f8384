/** Writes docs/reference/<entry>.md, what can be imported from each entry point, from the built types: `npm run docs:types`. */
import { type Declaration, declarationsOf } from './declarations.ts'
import { prose } from './markdown.ts'
import { SECTIONS } from './writeResults.ts'

/** An entry point of the package. */
export interface Entry {
  /** What its callers `import … from`: `perfgate/vitest`. */
  path: string
  /** The file of its built types. */
  types: string
}

export interface PublicTypes extends Entry {
  /** What keeps the types from being read. */
  errors: string[]
  /** The file with its declarations as JSON, with their comments. */
  model: string
}

interface Page {
  file: string
  title: string
  says: string
  /** Entry points, the first one whole; of the others only what they export. */
  entries: string[]
}

const PAGES: Page[] = [
  {
    file: 'code',
    title: 'From code',
    says: 'Runs, sweeps and comparisons without a test framework; what modules of your own implement.',
    entries: ['perfgate'],
  },
  {
    file: 'vitest',
    title: 'Vitest',
    says: '`perfTest` and its relatives; the plugin that makes a project fit to measure in is `perfgate/vitest/config`.',
    entries: ['perfgate/vitest', 'perfgate/vitest/config', 'perfgate/vitest/runner', 'perfgate/vitest/reporter'],
  },
  {
    file: 'jest',
    title: 'Jest',
    says: 'Where it differs from Vitest: [Jest and node:test](../jest.md).',
    entries: [
      'perfgate/jest',
      'perfgate/jest/jest-preset',
      'perfgate/jest/environment',
      'perfgate/jest/runner',
      'perfgate/jest/reporter',
      'perfgate/jest/junit',
    ],
  },
  {
    file: 'node-test',
    title: 'node:test',
    says: 'What differs from the other frameworks: [Jest and node:test](../jest.md).',
    entries: ['perfgate/node-test', 'perfgate/node-test/reporter'],
  },
  {
    file: 'fixtures',
    title: 'The embedded server',
    says: 'A server whose true timing tests know, for tests of your own tools.',
    entries: ['perfgate/fixtures'],
  },
]

/** Types that are made from schemas, where a page has their fields. */
const ELSEWHERE: Record<string, string> = {
  Config: 'options.md',
  ResolvedConfig: 'options.md',
  ...Object.fromEntries(Object.keys(SECTIONS).map((name) => [name, `results.md#${name.toLowerCase()}`])),
}

/** @returns text by file name, for what api-extractor read */
export function typesPages(read: readonly PublicTypes[]): Map<string, string> {
  const byEntry = new Map(read.map(({ path, model }) => [path, declarationsOf(model)]))
  const missing = [...byEntry.keys()].filter((path) => !PAGES.some(({ entries }) => entries.includes(path)))
  if (missing.length > 0) throw new Error(`scripts/writeTypes.ts: ${missing.join(', ')} is on no page`)
  const links = new Map<string, string>()
  return new Map(PAGES.map((page) => [`${page.file}.md`, pageOf(page, byEntry, links)]))
}

/** @param links where declarations are described, by `keyOf`; those of this page are added */
function pageOf(page: Page, byEntry: Map<string, Declaration[]>, links: Map<string, string>): string {
  const sections = page.entries.map((entry, i) => {
    const all = byEntry.get(entry)!
    const exported = all.filter(({ isExported }) => isExported)
    return { entry, exported, mentioned: i === 0 ? mentionedTypes(all) : [] }
  })
  const shown = sections.map(({ entry, exported, mentioned }) => ({
    entry,
    values: exported.filter(({ isType }) => !isType),
    types: [...exported.filter(({ isType }) => isType), ...mentioned].filter((one) => !links.has(keyOf(one))),
    known: exported.filter((one) => one.isType && links.has(keyOf(one))),
  }))
  const anchors = new Anchors(page.title)
  for (const { entry, values, types } of shown) {
    anchors.add(entry)
    for (const one of [...values, ...types]) links.set(keyOf(one), `${page.file}.md#${anchors.add(one.name)}`)
  }
  const linkOf = (one: Declaration): string => links.get(keyOf(one))!.replace(`${page.file}.md#`, '#')
  const text = shown.map(({ entry, values, types, known }) => {
    const named = new Map(byEntry.get(entry)!.map((one) => [one.name, one]))
    const link = (name: string): string[] => {
      const one = named.get(name)
      const to = ELSEWHERE[name] ?? (one !== undefined && links.has(keyOf(one)) ? linkOf(one) : undefined)
      return to === undefined ? [] : [`[${name}](${to})`]
    }
    const also = known.flatMap(({ name }) => link(name))
    return [
      `## ${entry}`,
      ...(also.length === 0 ? [] : [`Types described elsewhere: ${also.join(', ')}.`]),
      ...[...values, ...types].map((one) => described(one, link)),
    ].join('\n\n')
  })
  const how = 'Written from the built types by `npm run docs:types`; a test keeps it current.'
  return `# ${page.title}\n\n${page.says} ${how}\n\n${text.join('\n\n')}\n`
}

/** The same type under whichever entry point it is exported. */
const keyOf = ({ name, file }: Declaration): string => `${file} ${name}`

/** Not the schemas that types are made from. */
const mentionedTypes = (all: readonly Declaration[]): Declaration[] =>
  all.filter(({ isExported, isType, name }) => !isExported && isType && !Object.hasOwn(ELSEWHERE, name))

function described(one: Declaration, link: (name: string) => string[]): string {
  const { text, tags } = one.comment
  const mentions = one.mentions.flatMap(link)
  return [
    `### ${one.name}`,
    ...(text === '' ? [] : [prose(text)]),
    // Not `ts`: that is code to be copied, and this is not.
    ...(Object.hasOwn(ELSEWHERE, one.name)
      ? [`Its fields: [${one.name}](${ELSEWHERE[one.name]}).`]
      : [`\`\`\`typescript\n${one.code}\n\`\`\``]),
    ...(tags.length === 0 ? [] : [tags.map(tagLine).join('\n')]),
    ...(mentions.length === 0 ? [] : [`Types in it: ${mentions.join(', ')}.`]),
  ].join('\n\n')
}

const tagLine = ({ tag, name, text }: Declaration['comment']['tags'][number]): string =>
  `- ${name === undefined ? `${tag} ` : `\`${name}\`: `}${prose(text)}`

/** Of headings, as VitePress and GitHub make them. */
class Anchors {
  readonly #taken = new Map<string, number>()

  constructor(title: string) {
    this.add(title)
  }

  add(heading: string): string {
    const plain = slug(heading)
    const count = this.#taken.get(plain) ?? 0
    this.#taken.set(plain, count + 1)
    return count === 0 ? plain : `${plain}-${count}`
  }
}

const slug = (heading: string): string => heading.toLowerCase().replaceAll(/[/:\s]+/g, '-')

/**
 * The pages by their path, for what was built. It takes seconds, and the packages of test/tools.
 *
 * @throws Error saying how to install them
 */
export async function typesFiles(): Promise<Record<string, string>> {
  // Not known to the compiler, which has to do without those packages.
  const reader: string = '../test/tools/publicTypes.ts'
  const { readPublicTypes } = await importTools<{ readPublicTypes(): PublicTypes[] }>(reader)
  return Object.fromEntries([...typesPages(readPublicTypes())].map(([file, text]) => [`docs/reference/${file}`, text]))
}

async function importTools<T>(path: string): Promise<T> {
  try {
    return (await import(path)) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error('the public types are read by a package of test/tools; run npm run tools, then try again')
  }
}
