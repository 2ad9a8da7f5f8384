/** A CI job that runs the perf tests, for the systems that the repository uses. */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Change, Project } from './project.ts'
import { WORDS } from './project.ts'

interface Job {
  project: Project
  script: string
  outputsDir: string
}

/** What a job keeps: all but the result DBs. */
const UPLOADED = ['*.json', '*.md', '*.html']
const NOT_THE_DBS = "Not the result DBs: with store 'full' they hold every prompt and answer."

/** From the root of the repository. */
function uploads({ project: { pathInRepository: folder, framework }, outputsDir }: Job): string[] {
  const outputs = outputsDir.replace(/^\.\//, '')
  const names = framework === 'vitest' ? [...UPLOADED, 'junit.xml'] : UPLOADED
  return names.map((name) => `${folder === '' ? '' : `${folder}/`}${outputs}/${name}`)
}

export function ciJobs(job: Job): Change[] {
  return job.project.ci.flatMap((system) => (system === 'github' ? githubJob(job) : gitlabJob(job)))
}

/** A path of the repository as seen from the project's folder, as every other path is. */
function fromFolder({ repository, folder }: Project, path: string): string {
  return relative(folder, join(repository, path)).replaceAll('\\', '/')
}

/** Vitest's own reporters; for Jest, `jest-junit` is the user's to add, and Node takes none after its files. */
function reporters({ project, outputsDir }: Job, annotations: boolean): string {
  if (project.framework !== 'vitest') return ''
  const names = ['default', ...(annotations ? ['github-actions'] : []), 'junit']
  return `${names.map((name) => `--reporter=${name}`).join(' ')} --outputFile.junit=${outputsDir}/junit.xml`
}

function githubJob(job: Job): Change[] {
  const { project, script, outputsDir } = job
  const own = '.github/workflows/perf.yml'
  const path = fromFolder(project, own)
  if (existsSync(join(project.repository, own))) return [{ kind: 'keep', path, why: 'it is there' }]
  const words = WORDS[project.packageManager]
  const inFolder = project.pathInRepository
  const text = `name: perf
on: pull_request
permissions:
  contents: read
jobs:
  perf:
    runs-on: ubuntu-latest
${inFolder === '' ? '' : `    defaults:\n      run:\n        working-directory: ${inFolder}\n`}    steps:
      - uses: actions/checkout@v4
${githubManager(project)}      - uses: actions/setup-node@v4
        with:
          ${'file' in project.node ? `node-version-file: ${project.node.file}` : `node-version: ${project.node.version}`}
      - run: ${installCommand(project)}
${githubCheck(project)}
      - run: ${words.run(script, reporters(job, true))}
        env:
${githubVariables(project)}
      - run: ${words.exec} perfgate report ${outputsDir} --out ${outputsDir}/report.html
        if: always()
        continue-on-error: true
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: perf
          # ${NOT_THE_DBS}
          path: |
${uploads(job)
  .map((path) => `            ${path}`)
  .join('\n')}
`
  return [{ kind: 'create', path, text }]
}

/** npm comes with Node; the others are put beside it first. */
function githubManager({ packageManager, manifest }: Project): string {
  if (packageManager === 'pnpm') {
    const version = manifest.packageManager === undefined ? '        with:\n          version: latest\n' : ''
    return `      - uses: pnpm/action-setup@v4\n${version}`
  }
  if (packageManager === 'yarn') return '      - run: corepack enable\n        working-directory: .\n'
  return packageManager === 'bun' ? '      - uses: oven-sh/setup-bun@v2\n' : ''
}

/** An endpoint that nobody named would be the server inside perfgate, whose times say nothing about it. */
function githubCheck({ variables: { url } }: Project): string {
  return `      - name: check ${url}
        env:
          ${url}: \${{ vars.${url} }}
        run: |
          if [ -z "$${url}" ]; then
            echo "::error::${unset(url, 'Settings > Secrets and variables > Actions > Variables')}"
            exit 1
          fi`
}

function unset(url: string, place: string): string {
  return `${url} is not set, so there is no endpoint to measure. Set it under ${place}.`
}

function githubVariables({ variables: { url, model, apiKey } }: Project): string {
  const key = apiKey ?? 'OPENAI_API_KEY'
  return [
    `          ${url}: \${{ vars.${url} }}`,
    '          # In CI, load goes to the host of this URL and to no other.',
    `          PERFGATE_ALLOWED_HOSTS: \${{ vars.${url} }}`,
    `          ${model}: \${{ vars.${model} }}`,
    `          ${key}: \${{ secrets.${key} }}`,
  ].join('\n')
}

function gitlabJob(job: Job): Change[] {
  const { project } = job
  const main = join(project.repository, '.gitlab-ci.yml')
  const path = fromFolder(project, '.gitlab-ci.yml')
  const own = fromFolder(project, '.gitlab/perf.yml')
  if (!existsSync(main)) return [{ kind: 'create', path, text: gitlabText(job, undefined) }]
  const present = readFileSync(main, 'utf8')
  if (/^perf:/m.test(present)) return [{ kind: 'keep', path, why: 'it has a job "perf"' }]
  const stage = gitlabStage(present)
  const job_: Change = existsSync(join(project.repository, '.gitlab/perf.yml'))
    ? { kind: 'keep', path: own, why: 'it is there' }
    : { kind: 'create', path: own, text: gitlabText(job, stage) }
  if (present.includes('.gitlab/perf.yml')) return [job_, { kind: 'keep', path, why: 'it includes .gitlab/perf.yml' }]
  const lines = 'include:\n  - local: .gitlab/perf.yml\n'
  if (/^include:/m.test(present) || stage === null)
    return [job_, { kind: 'advise', text: `put into ${path}:\n${lines}` }]
  const joint = present === '' || present.endsWith('\n') ? '' : '\n'
  return [job_, { kind: 'edit', path, text: `${present}${joint}\n${lines}`, what: 'includes .gitlab/perf.yml' }]
}

/**
 * The stage a job may name: undefined for the usual one, null where it cannot be told.
 * A pipeline with stages of its own refuses jobs of any other.
 */
function gitlabStage(pipeline: string): string | undefined | null {
  if (!/^stages:/m.test(pipeline)) return undefined
  const [, inline, block] = /^stages:[ \t]*(?:\[([^\]]*)\]|\r?\n((?:[ \t]*-.*\r?\n?)+))/m.exec(pipeline) ?? []
  const stages = (inline?.split(',') ?? block?.split('\n').map((line) => line.replace(/^\s*-/, '')) ?? [])
    .map((stage) =>
      stage
        .replace(/#.*$/, '')
        .trim()
        .replace(/^['"]|['"]$/g, ''),
    )
    .filter((stage) => stage !== '')
  if (stages.length === 0) return null
  return stages.includes('test') ? undefined : stages.at(-1)!
}

function gitlabText(job: Job, stage: string | undefined | null): string {
  const { project, script, outputsDir } = job
  const { packageManager, pathInRepository } = project
  const version = 'version' in project.node ? project.node.version : '24'
  const { url, model } = project.variables
  const lines = [
    // A plain scalar of YAML must not have a colon and a space in it: none of these sentences has.
    `test -n "$${url}" || { echo "${unset(url, 'Settings > CI/CD > Variables')}"; exit 1; }`,
    ...(pathInRepository === '' ? [] : [`cd ${pathInRepository}`]),
    ...(packageManager === 'npm' ? [] : packageManager === 'bun' ? ['npm install --global bun'] : ['corepack enable']),
    installCommand(project),
    WORDS[packageManager].run(script, reporters(job, false)),
  ]
  // In a shell of its own, at the root again.
  const page = [
    ...(pathInRepository === '' ? [] : [`cd ${pathInRepository}`]),
    `${WORDS[packageManager].exec} perfgate report ${outputsDir} --out ${outputsDir}/report.html`,
  ]
  const outputs = `${pathInRepository === '' ? '' : `${pathInRepository}/`}${outputsDir}`
  return `perf:
${stage == null ? '' : `  stage: ${stage}\n`}  image: node:${version}
  # Set ${url} and ${model} in the CI/CD variables.
  variables:
    # In CI, load goes to the host of this URL and to no other.
    PERFGATE_ALLOWED_HOSTS: $${url}
  script:
${lines.map((line) => `    - ${line}`).join('\n')}
  after_script:
${page.map((line) => `    - ${line}`).join('\n')}
  artifacts:
    when: always
    # ${NOT_THE_DBS}
    paths:
${uploads(job)
  .map((path) => `      - ${path}`)
  .join('\n')}
${project.framework === 'vitest' ? `    reports:\n      junit: ${outputs}/junit.xml\n` : ''}`
}

/** Yarn 1 has another word for it. */
function installCommand({ packageManager, repository }: Project): string {
  if (packageManager !== 'yarn') return WORDS[packageManager].install
  const lockfile = join(repository, 'yarn.lock')
  const isClassic = existsSync(lockfile) && readFileSync(lockfile, 'utf8').includes('# yarn lockfile v1')
  return isClassic ? 'yarn install --frozen-lockfile' : WORDS.yarn.install
}
