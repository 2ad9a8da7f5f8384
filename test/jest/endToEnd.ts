/** An empty project that has only a tarball of perfgate: from `npm i -D` to a failing and then a passing gate in Jest. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Finished, finished, startNode } from '../vitest/childVitest.ts'

export interface EndToEnd {
  failing: Finished
  passing: Finished
  /** All of it: the installation from npm's registry or cache, and both runs. */
  seconds: number
}

/**
 * @param tarball its path
 * @param folder empty, outside of any other package
 * @param jest the version to install
 * @throws Error of npm when the installation fails
 */
export async function fromInstallToGate(tarball: string, folder: string, jest = '30'): Promise<EndToEnd> {
  const start = performance.now()
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  execFileSync(
    'npm',
    ['install', '-D', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', `jest@${jest}`, tarball],
    { cwd: folder, stdio: 'pipe' },
  )
  writeFileSync(join(folder, 'jest.config.js'), documented('jest.config.js'))
  const failing = await runWith(folder, '<= 1 ms')
  const passing = await runWith(folder, '<= 10 s')
  return { failing, passing, seconds: (performance.now() - start) / 1000 }
}

/** Against the embedded server, as a newcomer has no other; on a machine that may have much else to do. */
function runWith(folder: string, limit: string): Promise<Finished> {
  const text = documented('chat.perf.js').replace("'<= 1.5 s' }", `'${limit}' },\n  onInvalid: 'warn'`)
  writeFileSync(join(folder, 'chat.perf.js'), text)
  return finished(startNode(folder, [join(folder, 'node_modules/jest/bin/jest.js')], {}))
}

/** The first block of docs/jest.md that has this name before it. */
function documented(file: string): string {
  const docs = readFileSync(new URL('../../docs/jest.md', import.meta.url), 'utf8')
  return docs.split(`\n\`${file}\`:\n\n\`\`\`js\n`)[1]!.split('```')[0]!
}
