/** Names the tests that passed only at their second try, where there is one: on a busy machine, and worth a look. */
import { relative } from 'node:path'
import type { Reporter, TestCase } from 'vitest/node'

export default class SecondTries implements Reporter {
  readonly #names: string[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) this.#names.push(`${relative('.', test.module.moduleId)} > ${test.fullName}`)
  }

  onTestRunEnd(): void {
    for (const name of this.#names) console.log(`PASSED AT A SECOND TRY ${name}`)
  }
}
