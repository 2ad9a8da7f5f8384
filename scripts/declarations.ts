/** The declarations of the public API, as api-extractor's JSON has them: name, comment, code, and what types they mention. */
import { readFileSync } from 'node:fs'

export interface Declaration {
  name: string
  /** The file that declares it: with the name, the same in every entry point. */
  file: string
  /** False: a type that exported ones mention. */
  isExported: boolean
  /** A type, not a function, class or value. */
  isType: boolean
  comment: Comment
  /** TypeScript, with the comments of members. */
  code: string
  /** Names of our own types in it. */
  mentions: string[]
}

export interface Comment {
  text: string
  /** Tags in their order, as `{ tag: 'param', name: 'input', text: 'options …' }`. */
  tags: { tag: string; name?: string; text: string }[]
}

/** @param path the JSON that api-extractor wrote for an entry point */
export function declarationsOf(path: string): Declaration[] {
  const { members } = JSON.parse(readFileSync(path, 'utf8')) as { members: [{ members: Item[] }] }
  return members[0].members.map((item) => ({
    name: item.name!,
    file: item.fileUrlPath ?? '',
    isExported: !item.canonicalReference.includes('~'),
    isType: item.kind === 'Interface' || item.kind === 'TypeAlias',
    comment: commentOf(item),
    code: codeOf(item),
    mentions: mentionsOf(item),
  }))
}

interface Token {
  kind: 'Content' | 'Reference'
  text: string
  canonicalReference?: string
}

interface TokenRange {
  startIndex: number
  endIndex: number
}

/** What we read of api-extractor's JSON. */
interface Item {
  kind: string
  name?: string
  canonicalReference: string
  docComment?: string
  fileUrlPath?: string
  excerptTokens: Token[]
  members?: Item[]
  parameters?: { parameterName: string; parameterTypeTokenRange: TokenRange; isOptional: boolean }[]
  returnTypeTokenRange?: TokenRange
}

const COLUMNS = 100

function codeOf(item: Item): string {
  const head = wrapped(
    item,
    evenly(textOf(item.excerptTokens)).replace(/^export (default )?(declare )?/, KEYWORD[item.kind] ?? ''),
  )
  if (item.kind !== 'Interface' && item.kind !== 'Class') return head
  const members = (item.members ?? []).map((member) => indented(`${commentLines(member)}${memberCode(member)}`))
  return members.length === 0 ? `${head.trim()} {}` : `${head.trim()} {\n${members.join('\n')}\n}`
}

/** Variables come without theirs. */
const KEYWORD: Record<string, string> = { Variable: 'const ' }

const memberCode = (member: Item): string => wrapped(member, evenly(textOf(member.excerptTokens)))

/** Lines after the first keep their indentation in the file, four spaces a step: here the last one has none. */
function evenly(code: string): string {
  const depth = /\n( *)[^\n]*$/.exec(code)?.[1]?.length ?? 0
  return code.replaceAll(/\n( *)/g, (_, spaces: string) => `\n${' '.repeat(Math.max(0, spaces.length - depth) / 2)}`)
}

/** One parameter a line where the whole is too long for one. */
function wrapped(item: Item, code: string): string {
  const { parameters = [], returnTypeTokenRange: returned } = item
  const first = parameters[0]
  if (code.length <= COLUMNS || code.includes('\n') || first === undefined || returned === undefined) return code
  const open = code.indexOf(`(${first.parameterName}`)
  if (open < 0) return code
  const lines = parameters.map(
    ({ parameterName, parameterTypeTokenRange, isOptional }) =>
      `  ${parameterName}${isOptional ? '?' : ''}: ${textOf(item.excerptTokens, parameterTypeTokenRange)},`,
  )
  return `${code.slice(0, open)}(\n${lines.join('\n')}\n): ${textOf(item.excerptTokens, returned)};`
}

const textOf = (tokens: readonly Token[], range?: TokenRange): string =>
  tokens
    .slice(range?.startIndex, range?.endIndex)
    .map(({ text }) => text)
    .join('')

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')

/** The comment of a member, as it stands in code. */
function commentLines(item: Item): string {
  const { text, tags } = commentOf(item)
  const lines = [
    ...(text === '' ? [] : text.split('\n')),
    ...tags.map(({ tag, name, text }) => `@${tag} ${name === undefined ? '' : `${name} `}${text}`),
  ]
  if (lines.length === 0) return ''
  if (lines.length === 1) return `/** ${lines[0]} */\n`
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`
}

/** What api-extractor writes of a constructor without a comment says nothing. */
function commentOf({ docComment = '' }: Item): Comment {
  if (docComment.includes('Constructs a new instance of')) return { text: '', tags: [] }
  const lines = docComment
    .replace(/^\s*\/\*\*/, '')
    .replace(/\*\/\s*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
  const [text = '', ...blocks] = lines.join('\n').split(/^@(?=[a-z]+(?:\s|$))/im)
  return {
    text: text.trim(),
    tags: blocks.map((block) => {
      const [, tag = '', rest = ''] = /^(\w+)\s*(.*)$/s.exec(block) ?? []
      const [, name, said] = (tag === 'param' || tag === 'typeParam' ? /^(\S+) - (.*)$/s.exec(rest) : null) ?? []
      const text = (said ?? rest).trim().replaceAll(/\s*\n\s*/g, ' ')
      return name === undefined ? { tag, text } : { tag, name, text }
    }),
  }
}

function mentionsOf(item: Item): string[] {
  const all = [item, ...(item.members ?? [])].flatMap(({ excerptTokens }) => excerptTokens)
  const own = all.filter(
    ({ kind, canonicalReference }) => kind === 'Reference' && /^perfgate!/.test(canonicalReference!),
  )
  return [...new Set(own.map(({ text }) => text))].filter((name) => name !== item.name)
}
