/** `--visualizer`: the run folder of an experiment tracker, beside the result. */
import type { ResolvedConfig } from '../config/index.ts'
import { readResultDb } from '../records/index.ts'
import type { Result } from '../result/index.ts'
import type { RunHooks } from './hooks.ts'

const NOTHING_ELSE = { base: [], comparisons: [], capacities: [] }

/** @param path of the result without its ending */
export async function writeVisualizer(
  name: NonNullable<ResolvedConfig['visualizer']>,
  path: string,
  result: Result,
  hooks: RunHooks,
): Promise<void> {
  // Loaded late: few runs want it.
  const { EXPORT_FORMATS, visualizerAdvice, writeExported } = await import('../report/export/index.ts')
  const format = EXPORT_FORMATS.find((one) => one.name === name)!
  const reader = readResultDb(`${path}.db`)
  try {
    const files = await format.write([{ result, requests: reader.requests }], NOTHING_ELSE)
    for (const file of files) writeExported(`${path}${file.ending}`, file)
  } finally {
    reader.close()
  }
  hooks.onNotice?.(visualizerAdvice(name, `${path}.${name}`))
}
