/** Jest's Node environment, and the door to perfgate outside of it. Jest loads this file outside of its vm context. */
import { realpathSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInContext } from 'node:vm'
import { prepareThread } from '../../load/loadThreads.ts'
import { type FileOfTests, fileOfTests } from './fileOfTests.ts'
import { type JestConfigs, type JestEvent, type JestState, requireOfJest } from './internals.ts'
import { type Kept, outputsFolder, showRecord } from './records.ts'

interface NodeEnvironment {
  global: { [name: symbol]: unknown }
  context: object | null
  setup(): Promise<void>
  teardown(): Promise<void>
}

const { TestEnvironment } = requireOfJest('jest-environment-node') as {
  TestEnvironment: new (configs: JestConfigs, context: { testPath: string }) => NodeEnvironment
}

/** Where door.cts looks for it. */
const DOOR = Symbol.for('perfgate.jest')

export default class PerfgateEnvironment extends TestEnvironment {
  readonly #tests: FileOfTests

  constructor(configs: JestConfigs, context: { testPath: string }) {
    super(configs, context)
    const { globalConfig } = configs
    const file = relative(globalConfig.rootDir, context.testPath)
    this.#tests = fileOfTests({
      rootDir: configs.projectConfig.rootDir,
      outputsDir: outputsFolder(configs.projectConfig),
      bail: globalConfig.bail,
      isUnreported: !hasReporter(configs),
      show: (name, record) => showRecord(file, name, record),
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
function hasReporter({ globalConfig, projectConfig }: JestConfigs): boolean {
  const reporters = (globalConfig.reporters ?? []).map((reporter) =>
    typeof reporter === 'string' ? reporter : reporter[0],
  )
  return own('runner.mjs') === real(projectConfig.testRunner) && reporters.map(real).includes(own('reporter.mjs'))
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
