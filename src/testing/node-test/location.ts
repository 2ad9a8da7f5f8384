/**
 * Where `node:test` says that a perf test is.
 *
 * Node takes the place of a test from the stack: it is the call of its `test`, which for a perf test would be in this
 * package. So `test` is called from a function of one line that is compiled to stand where the user calls `perfTest`.
 */
import { test } from 'node:test'
import { compileFunction } from 'node:vm'

/**
 * `test`, as called from where the user has called `entry`, on whose stack this is.
 *
 * @returns `test` itself where that place is not known
 */
export function testSeenFrom(entry: (...given: never[]) => unknown): typeof test {
  const site = callerOf(entry)
  const [filename, line, column] = [site?.getFileName(), site?.getLineNumber(), site?.getColumnNumber()]
  if (filename == null || line == null || column == null) return test
  const place = { filename, lineOffset: line - 1, columnOffset: column - 1 }
  const call = compileFunction('test(...given)', ['test', 'given'], place)
  return ((...given: unknown[]) => call(test, given)) as typeof test
}

function callerOf(entry: (...given: never[]) => unknown): NodeJS.CallSite | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error
  const caught: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = 1
    Error.prepareStackTrace = (_, sites) => sites
    Error.captureStackTrace(caught, entry)
    return (caught.stack as NodeJS.CallSite[])[0]
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit })
  }
}
