import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { initCommand } from '../../src/cli/commands/init.ts'
import { main } from '../../src/cli/index.ts'
import { fakeWorld } from '../cli/fakeWorld.ts'

/** A project of these files; a value that is no text becomes JSON. */
function project(files: Record<string, unknown>, at = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfgate-init-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
  return join(folder, at)
}

async function init(folder: string, args: string[] = [], env: Record<string, string> = {}): Promise<string> {
  const world = fakeWorld({ env })
  expect(await initCommand(args, world, folder)).toBe(0)
  return world.out()
}

const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8')

/** Every file by its path. */
function contents(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    paths.filter((path) => statSync(join(folder, path)).isFile()).map((path) => [path, read(folder, path)]),
  )
}

const VITEST = { type: 'module', devDependencies: { perfgate: '^0.1.0', vitest: '^5.0.0' } }
const GITHUB = '[remote "origin"]\n\turl = git@github.com:someone/thing.git\n'

describe('perfgate init', () => {
  it('writes test, config, script, ignored results and a GitHub job, and says the next command', async () => {
    const folder = project({ 'package.json': VITEST, '.github/dependabot.yml': '', 'package-lock.json': '' })
    const out = await init(folder)
    expect(out).toBe(`wrote perf/chat.perf.js
wrote vitest.config.js
added to package.json: script "perf": vitest run perf/
wrote .gitignore
wrote .github/workflows/perf.yml

Next:
  npm run perf
`)
    expect(read(folder, 'vitest.config.js')).toContain("plugins: [perfgate({ outputsDir: 'reports' })]")
    expect(read(folder, '.gitignore').split('\n')).toContain('reports/')
    expect(JSON.parse(read(folder, 'package.json'))).toEqual({ ...VITEST, scripts: { perf: 'vitest run perf/' } })
    const job = read(folder, '.github/workflows/perf.yml')
    expect(job).toContain('- run: npm ci\n')
    expect(job).toContain('- run: npm run perf -- --reporter=default --reporter=github-actions --reporter=junit')
  })

  it('a second time changes nothing, and says so', async () => {
    const folder = project({ 'package.json': VITEST, '.github/x.yml': '', '.gitlab-ci.yml': 'stages: [build]\n' })
    await init(folder)
    const before = contents(folder)
    const out = await init(folder)
    expect(contents(folder)).toEqual(before)
    expect(
      out
        .split('\n\n')[0]!
        .split('\n')
        .every((line) => line.startsWith('kept ')),
    ).toBe(true)
  })

  it('--dry-run says the same and writes nothing', async () => {
    const folder = project({ 'package.json': VITEST, '.github/x.yml': '' })
    const before = contents(folder)
    const out = await init(folder, ['--dry-run'])
    expect(contents(folder)).toEqual(before)
    expect(out).toContain('would write perf/chat.perf.js\n')
    expect(out).toContain('would add to package.json: script "perf": vitest run perf/\n')
    expect(out.split('Next:')[1]).toBe((await init(folder)).split('Next:')[1])
  })

  it('leaves every file that is there as it is', async () => {
    const mine = {
      'perf/first.perf.ts': '// mine',
      'vitest.perf.config.js': '// mine',
      'vitest.config.js': '// mine',
      '.github/workflows/perf.yml': '# mine',
    }
    const folder = project({ 'package.json': VITEST, ...mine })
    const out = await init(folder)
    expect(contents(folder)).toMatchObject(mine)
    expect(out).toContain(
      "for you to do: vitest.perf.config.js lacks the plugin: put perfgate({ outputsDir: 'reports' })",
    )
    expect(Object.keys(contents(folder)).filter((path) => path.startsWith('perf/'))).toEqual(['perf/first.perf.ts'])
  })

  it('keeps load out of the tests that Vitest runs already', async () => {
    const folder = project({ 'package.json': VITEST, 'tsconfig.json': '{}', 'vitest.config.ts': 'export default {}\n' })
    await init(folder)
    expect(read(folder, 'vitest.config.ts')).toBe('export default {}\n')
    expect(read(folder, 'vitest.perf.config.ts')).toContain("include: ['perf/**/*.perf.*']")
    expect(JSON.parse(read(folder, 'package.json')).scripts.perf).toBe('vitest run --config vitest.perf.config.ts')
  })

  it('uses a config that has the plugin, and its folder of results', async () => {
    const config =
      "import { perfgate } from 'perfgate/vitest/config'\nexport default { plugins: [perfgate({ outputsDir: './out' })] }\n"
    const folder = project({ 'package.json': VITEST, 'vitest.config.ts': config })
    expect(await init(folder)).toContain('kept vitest.config.ts: it has the plugin')
    expect(read(folder, '.gitignore').split('\n')).toContain('out/')
  })

  it('does not ignore a folder named reports that holds something else', async () => {
    const folder = project({ 'package.json': VITEST, 'reports/2025.pdf': '' })
    await init(folder)
    expect(read(folder, '.gitignore').split('\n')).toContain('perf/reports/')
    expect(read(folder, 'vitest.config.js')).toContain("outputsDir: 'perf/reports'")
  })

  it.each([
    ['CommonJS', { devDependencies: { vitest: '5', perfgate: '0' } }, {}, 'perf/chat.perf.mjs', 'vitest.config.mjs'],
    ['ESM', VITEST, {}, 'perf/chat.perf.js', 'vitest.config.js'],
    ['TypeScript', VITEST, { 'tsconfig.json': '{}' }, 'perf/chat.perf.ts', 'vitest.config.ts'],
    ['Jest', { devDependencies: { jest: '30' } }, {}, 'perf/chat.perf.cjs', 'jest.perf.config.cjs'],
    ['Jest, ESM', { type: 'module', jest: {} }, {}, 'perf/chat.perf.cjs', 'jest.perf.config.cjs'],
  ])('%s: in files of its kind', async (_, manifest, files, test, config) => {
    const folder = project({ 'package.json': manifest, ...files })
    const out = await init(folder)
    expect(out).toContain(`wrote ${test}\nwrote ${config}\n`)
  })

  it('Jest: its own door, unless Vitest is there too', async () => {
    const jest = project({ 'package.json': { jest: {}, devDependencies: { jest: '30' } } })
    await init(jest)
    expect(read(jest, 'perf/chat.perf.cjs')).toContain("require('perfgate/jest')")
    expect(read(jest, 'jest.perf.config.cjs')).toContain("preset: 'perfgate/jest'")
    const both = project({ 'package.json': { devDependencies: { jest: '30', vitest: '5' } } })
    await init(both)
    expect(read(both, 'perf/chat.perf.mjs')).toContain("from 'perfgate/vitest'")
    await expect(init(both, ['--framework', 'jset'])).rejects.toThrow(
      'option --framework: unknown value "jset", did you mean "jest"?',
    )
  })

  it.each([
    ['asked for', {}, ['--framework', 'node'], 'perf/chat.perf.mjs'],
    ['in use', { type: 'module', scripts: { test: 'node --import tsx --test' } }, [], 'perf/chat.perf.js'],
  ])('node:test, %s: its own door and script', async (_, manifest, args, path) => {
    const folder = project({ 'package.json': manifest, '.gitlab-ci.yml': '' })
    const out = await init(folder, args)
    expect(out).toContain(
      `wrote ${path}\nwrote perfgate.config.json\nadded to package.json: script "perf": node --test `,
    )
    expect(out).toMatch(/Next:\n {2}npm install --save-dev perfgate\n {2}npm run perf\n$/)
    expect(read(folder, path)).toContain("from 'perfgate/node-test'")
    expect(JSON.parse(read(folder, 'perfgate.config.json'))).toEqual({ outputsDir: 'reports' })
    expect(await init(folder, args)).toContain('kept perfgate.config.json: it is there')
    expect(read(folder, '.gitlab/perf.yml')).not.toContain('junit')
  })

  it.each([
    [
      'pnpm-lock.yaml',
      'pnpm add --save-dev perfgate vitest',
      'pnpm run perf',
      'pnpm install --frozen-lockfile',
      'pnpm/action-setup@v4',
    ],
    ['yarn.lock', 'yarn add --dev perfgate vitest', 'yarn run perf', 'yarn install --immutable', 'corepack enable'],
    [
      'bun.lock',
      'bun add --dev perfgate vitest',
      'bun run perf',
      'bun install --frozen-lockfile',
      'oven-sh/setup-bun@v2',
    ],
    ['package-lock.json', 'npm install --save-dev perfgate vitest', 'npm run perf', 'npm ci', 'actions/setup-node@v4'],
  ])('%s: the words of its package manager', async (lockfile, add, runs, install, step) => {
    const folder = project({ 'package.json': {}, [lockfile]: '', '.git/config': GITHUB })
    const out = await init(folder)
    expect(out).toMatch(new RegExp(`Next:\n {2}${add}\n {2}${runs}\n$`))
    const job = read(folder, '.github/workflows/perf.yml')
    expect(job).toContain(`- run: ${install}\n`)
    expect(job).toContain(step)
  })

  it('knows Yarn 1 by its lockfile, and the packageManager field before any lockfile', async () => {
    const classic = project({ 'package.json': {}, 'yarn.lock': '# yarn lockfile v1\n', '.github/x': '' })
    await init(classic)
    expect(read(classic, '.github/workflows/perf.yml')).toContain('yarn install --frozen-lockfile')
    const stated = project({ 'package.json': { packageManager: 'pnpm@10.1.0' }, 'yarn.lock': '' })
    expect(await init(stated)).toContain('pnpm run perf')
  })

  it('reads the names of endpoint variables in .env files, never their values', async () => {
    const folder = project({
      'package.json': VITEST,
      '.env': 'OPENAI_BASE_URL=http://10.1.2.3/v1\nOPENAI_MODEL=secret-model\nVLLM_API_KEY=sk-123\n',
      '.github/x.yml': '',
    })
    await init(folder)
    const test = read(folder, 'perf/chat.perf.js')
    expect(test).toContain(
      "{ url: process.env.OPENAI_BASE_URL, model: process.env.OPENAI_MODEL || 'default', apiKey: process.env.VLLM_API_KEY }",
    )
    expect(read(folder, '.github/workflows/perf.yml')).toMatch(/VLLM_API_KEY: \$\{\{ secrets.VLLM_API_KEY \}\}/)
    const written = { ...contents(folder), '.env': '' }
    expect(JSON.stringify(written)).not.toMatch(/10\.1\.2\.3|secret-model|sk-123/)
  })

  it('a package in a repository: the job is at its root and works in the folder', async () => {
    const folder = project(
      { '.git/config': GITHUB, 'pnpm-lock.yaml': '', 'apps/chat/package.json': VITEST, '.nvmrc': 'v24.1.0\n' },
      'apps/chat',
    )
    expect(await init(folder)).toContain('wrote ../../.github/workflows/perf.yml\n')
    const job = read(folder, '../../.github/workflows/perf.yml')
    expect(job).toContain('working-directory: apps/chat\n')
    const { steps } = (parseYaml(job) as { jobs: { perf: { steps: { with?: { path?: string }; run?: string }[] } } })
      .jobs.perf
    const paths = steps.at(-1)!.with!.path!.trim().split('\n')
    expect(paths).toEqual(['*.json', '*.md', '*.html', 'junit.xml'].map((name) => `apps/chat/reports/${name}`))
    expect(steps.at(-2)!.run).toBe('pnpm exec perfgate report reports --out reports/report.html')
    expect(job).toContain('node-version-file: .nvmrc\n')
  })

  it('asks CI for a Node that can run it where the project has an older one', async () => {
    const folder = project({ 'package.json': VITEST, '.nvmrc': '20\n', '.github/x.yml': '' })
    await init(folder)
    expect(read(folder, '.github/workflows/perf.yml')).toContain('node-version: 24\n')
  })

  it.each([
    ['no stages', 'build:\n  script: [make]\n', /^perf:\n {2}image/],
    ['stages with test', 'stages: [build, test]\n', /^perf:\n {2}image/],
    ['stages without test', 'stages:\n  - build\n  - "verify" # last\n', /^perf:\n {2}stage: verify\n {2}image/],
  ])('GitLab, %s: a job of its own, included', async (_, pipeline, job) => {
    const folder = project({ 'package.json': VITEST, '.gitlab-ci.yml': pipeline })
    await init(folder)
    expect(read(folder, '.gitlab-ci.yml')).toBe(`${pipeline}\ninclude:\n  - local: .gitlab/perf.yml\n`)
    expect(read(folder, '.gitlab/perf.yml')).toMatch(job)
    const { perf } = parseYaml(read(folder, '.gitlab/perf.yml')) as { perf: { artifacts: { paths: string[] } } }
    // No result DB, which may hold every prompt.
    expect(perf.artifacts.paths).toEqual(['reports/*.json', 'reports/*.md', 'reports/*.html', 'reports/junit.xml'])
  })

  it('GitLab, with includes of its own: the line is said, not put in', async () => {
    const pipeline = 'include:\n  - template: x.yml\n'
    const folder = project({ 'package.json': VITEST, '.gitlab-ci.yml': pipeline })
    expect(await init(folder)).toContain(
      'for you to do: put into .gitlab-ci.yml:\n    include:\n      - local: .gitlab/perf.yml\n',
    )
    expect(read(folder, '.gitlab-ci.yml')).toBe(pipeline)
  })

  it('no sign of a CI system: no job', async () => {
    const folder = project({ 'package.json': VITEST })
    expect(await init(folder)).not.toContain('.yml')
    expect(await init(folder, ['--ci', 'gitlab'])).toContain('wrote .gitlab-ci.yml\n')
  })

  it('package.json stays as it was written, but for the line', async () => {
    const text = '{\n\t"name": "x", "files": ["a", "b"],\n\t"scripts": {\n\t\t"test": "make test"\n\t}\n}\n'
    const folder = project({ 'package.json': text })
    await init(folder)
    expect(read(folder, 'package.json')).toBe(text.replace('"test"', '"perf": "vitest run perf/",\n\t\t"test"'))
  })

  it('a script of the name perf that is something else is kept', async () => {
    const folder = project({ 'package.json': { scripts: { perf: 'clinic doctor' } } })
    expect(await init(folder)).toMatch(/npm run perf:llm\n$/)
    expect(JSON.parse(read(folder, 'package.json')).scripts).toEqual({
      perf: 'clinic doctor',
      'perf:llm': 'vitest run perf/',
    })
  })

  it('says what is wrong with a folder that is no project', async () => {
    await expect(init(project({}))).rejects.toThrow(
      /there is no package.json in .*: go to a project's folder, or make one/,
    )
    await expect(init(project({ 'package.json': '{ "a": ' }))).rejects.toThrow(
      /package.json is not a JSON object: mend it first/,
    )
    await expect(init(project({ 'package.json': {} }), ['--dryrun'])).rejects.toThrow(
      'unknown flag --dryrun, did you mean --dry-run?',
    )
    expect(await main(['init', 'here'], fakeWorld())).toBe(2)
  })

  it('keeps the texts of prompts and answers out of results in CI', async () => {
    const folder = project({ 'package.json': VITEST, '.github/x.yml': '' })
    await init(folder)
    expect(read(folder, 'perf/chat.perf.js')).toContain("store: process.env.CI ? 'metrics' : 'full',\n")
    expect(read(folder, '.github/workflows/perf.yml')).not.toMatch(/path: reports$|\.db/m)
  })

  it('writes files that Node reads', async () => {
    const folder = project({ 'package.json': VITEST })
    await init(folder)
    for (const path of ['perf/chat.perf.js', 'vitest.config.js'])
      execFileSync(process.execPath, ['--check', join(folder, path)])
  })
})
