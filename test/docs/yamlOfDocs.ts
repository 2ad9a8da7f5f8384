/** The YAML that a page of docs/ shows. */
import { readFileSync } from 'node:fs'

export function yamlOfDocs(page: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, yaml]) => yaml!)
}
