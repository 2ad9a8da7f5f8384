/** Jest's Node environment, and the door to perfgate outside of it. Jest loads this file outside of its vm context. */
import { realpathSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInContext } from 'node:vm'
import { prepareThread } from '../../load/loadThreads.ts'
import { projectDefaults, renderNotSummarised, summaryFolders, writeSummary } from '../index.ts'
import { type FileOfTests, fileOfTests } from './fileOfTests.ts'
import { type JestConfigs, type JestEvent, type JestState, nodeEnvironmentOfJest } from './internals.ts'
import { type Kept, outputsFolder, showRecord, tablesOf } from './records.ts'

/** Where door.cts looks for it. */
const DOOR = Symbol.for('perfgate.jest')

export default class PerfgateEnvironment extends nodeEnvironmentOfJest() {
  readonly #tests: FileOfTests

  constructor(configs: JestConfigs, context: { testPath: string }) {
    super(configs, context)
    const { globalConfig, projectConfig } = configs
    const isUnreported = !hasReporter(configs)
    if (isUnreported && hasRunner(configs)) tellOfReporters(projectConfig)
    const file = relative(globalConfig.rootDir, context.testPath)
    this.#tests = fileOfTests({
      rootDir: projectConfig.rootDir,
      outputsDir: outputsFolder(projectConfig),
      bail: globalConfig.bail,
      isUnreported,
      // No verdict of the test is known here, but that of what it has measured.
      show: (name, record) =>
        showRecord(record, {
          title: `${file} > ${name}`,
          hasPassed: record.result.verdict === 'pass',
          tables: tablesOf(projectConfig),
          tests: 0,
        }),
      inRealm: (value) => runInContext('JSON.parse', this.context!)(JSON.stringify(value)),
    })
  }

  override async setup(): Promise<void> {
    await super.setup()
    // A load thread starts while the test file is loaded.
    prepareThread()
  }

  async handleTestEvent(event: JestEvent, state: JestState): Promise<void> {
    if (event.name === 'setup') this.global[DOOR] = this.#tests.door(event.runtimeGlobals)
    else this.#tests.onEvent(event, state)
  }

  /** For the runner, which adds it to the result of the file. */
  perfRecords(): (Kept | undefined)[] {
    return this.#tests.records()
  }

  override async teardown(): Promise<void> {
    this.#tests.close()
    // Before Jest takes the globals of the test file apart, and with them what they refer to.
    delete this.global[DOOR]
    await super.teardown()
  }
}

/** Our runner hands records over, and our reporter takes them; where one is missing, nobody else shows the tables. */
function hasReporter(configs: JestConfigs): boolean {
  const reporters = (configs.globalConfig.reporters ?? []).map((reporter) =>
    typeof reporter === 'string' ? reporter : reporter[0],
  )
  return hasRunner(configs) && reporters.map(real).includes(own('reporter.mjs'))
}

function hasRunner({ projectConfig }: JestConfigs): boolean {
  return own('runner.mjs') === real(projectConfig.testRunner)
}

const WITHOUT_REPORTER =
  'the reporters of this run are without that of perfgate, so there is no summary.md; add --reporters=perfgate/jest/reporter'
let isTold = false

/** Those of the command line take the place of those of the config, and nobody sees the whole run. */
function tellOfReporters(config: JestConfigs['projectConfig']): void {
  if (isTold) return
  isTold = true
  process.stderr.write(`perfgate: ${WITHOUT_REPORTER}\n`)
  try {
    const folder = outputsFolder(config) ?? projectDefaults(config.rootDir)()?.values['outputsDir']
    const folders = summaryFolders(folder === undefined ? [] : [String(folder)], [])
    writeSummary(renderNotSummarised(WITHOUT_REPORTER), folders)
  } catch (error) {
    process.stderr.write(`perfgate: an earlier summary.md may be there still: ${(error as Error).message}\n`)
  }
}

function own(file: string): string {
  return real(fileURLToPath(new URL(`./${file}`, import.meta.url)))
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
