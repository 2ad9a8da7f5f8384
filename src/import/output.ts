/** What was imported, as a scenario file, a config file, or a test; what did not map stands in it as comments. */
import { createRequire } from 'node:module'
import type { Draft } from './importer.ts'

export const TARGETS = ['scenario', 'config', 'test'] as const
export type Target = (typeof TARGETS)[number]

const require = createRequire(import.meta.url)

/** @param from named in the first line, for instance `vllm bench serve` */
export function written(drafts: readonly Draft[], target: Target, from: string): string {
  if (target === 'test') return testText(drafts, from)
  const text = drafts.map((draft) => (target === 'config' ? configText(draft, from) : scenarioText(draft, from)))
  return target === 'config' ? text[0]! : text.join('---\n')
}

function scenarioText({ name, config, thresholds, each, notes }: Draft, from: string): string {
  const file = {
    ...(name === undefined ? {} : { name }),
    config,
    ...(Object.keys(thresholds).length === 0 ? {} : { thresholds }),
    ...(each === undefined ? {} : { each }),
  }
  return `${head('scenario', from, notes)}${yamlText(file)}`
}

function configText({ name, config, thresholds, each, notes }: Draft, from: string): string {
  const more =
    each === undefined
      ? []
      : [`rows of "each" ${JSON.stringify(each).slice(0, 80)}: a config has none; write a scenario`]
  const file = {
    ...(name === undefined ? {} : { name }),
    ...config,
    ...(Object.keys(thresholds).length === 0 ? {} : { thresholds }),
  }
  return `${head('config', from, [...notes, ...more])}${yamlText(file)}`
}

function head(kind: 'scenario' | 'config', from: string, notes: readonly string[]): string {
  return [
    `# yaml-language-server: $schema=node_modules/perfgate/dist/schemas/${kind}.schema.json`,
    `# Imported from ${from}.`,
    ...noteLines(notes, '#'),
    '',
  ].join('\n')
}

function noteLines(notes: readonly string[], mark: string): string[] {
  const once = [...new Set(notes)]
  return once.length === 0
    ? []
    : [`${mark} Not taken over, or not quite:`, ...once.map((note) => `${mark} - ${note.replaceAll('\n', ' ')}`)]
}

function testText(drafts: readonly Draft[], from: string): string {
  const tests = drafts.map(({ name = from, config, thresholds, each, notes }) => {
    const scenario = { ...config, ...(Object.keys(thresholds).length === 0 ? {} : { thresholds }) }
    const rows = each === undefined ? [] : [`const rows = ${literal(each)}`, '']
    const call =
      each === undefined
        ? `perfTest(${literal(name)}, ${literal(scenario)})`
        : `perfTest.each(rows)(${literal(`${name}: %o`)}, (row) => ({ ...${literal(scenario)}, ...row }))`
    return [...noteLines(notes, '//'), ...rows, call, ''].join('\n')
  })
  return [`// Imported from ${from}.`, "import { perfTest } from 'perfgate/vitest'", '', ...tests].join('\n')
}

/** A value as TypeScript; `${NAME}` as what the environment has. */
function literal(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replace(/"((?:[^"\\]|\\.)*)":/g, (match, key: string) => (/^[A-Za-z_]\w*$/.test(key) ? `${key}:` : match))
    .replace(/"((?:[^"\\]|\\.)*)"(?!:)/g, (match, text: string) => {
      if (!/\$\{\w+/.test(text)) return match
      const whole = /^\$\{(\w+)\}$/.exec(text)
      if (whole !== null) return `process.env.${whole[1]}!`
      const filled = text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, usual: string | undefined) =>
        usual === undefined ? `\${process.env.${name}}` : `\${process.env.${name} ?? '${usual}'}`,
      )
      return `\`${filled}\``
    })
}

function yamlText(value: unknown): string {
  const { stringify } = require('yaml') as typeof import('yaml')
  return stringify(value, { lineWidth: 0 })
}
