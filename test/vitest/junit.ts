/** A JUnit file as test cases, read by an XML parser that is not Vitest's. */
import { readFileSync } from 'node:fs'
import { XMLParser } from 'fast-xml-parser'

export interface JUnitCase {
  name: string
  skipped: boolean
  failure: { type: string; message: string; text: string } | undefined
  properties: Record<string, string>
}

interface Node {
  [name: string]: Node[] | string | undefined
}

export function readJUnit(path: string): JUnitCase[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
    parseTagValue: false,
    alwaysCreateTextNode: true,
  })
  const document = parser.parse(readFileSync(path, 'utf8')) as Node
  return nodes(nodes(document, 'testsuites')[0]!, 'testsuite').flatMap((suite) =>
    nodes(suite, 'testcase').map(readCase),
  )
}

function readCase(node: Node): JUnitCase {
  const failure = nodes(node, 'failure')[0]
  const properties = nodes(node, 'properties').flatMap((list) => nodes(list, 'property'))
  return {
    name: text(node, '@name'),
    skipped: 'skipped' in node,
    failure: failure && {
      type: text(failure, '@type'),
      message: text(failure, '@message'),
      text: text(failure, '#text'),
    },
    properties: Object.fromEntries(properties.map((property) => [text(property, '@name'), text(property, '@value')])),
  }
}

function nodes(node: Node, name: string): Node[] {
  const children = node[name]
  return Array.isArray(children) ? children : []
}

function text(node: Node, name: string): string {
  const value = node[name]
  return typeof value === 'string' ? value : ''
}
