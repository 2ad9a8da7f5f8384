/** The prompts of both sides of a comparison: the same, or of the same lengths where each is to have its own. */
import { readPrompts, type TimedPrompt } from '../../datasets/index.ts'
import type { Side } from '../../gates/index.ts'
import type { RunHooks } from '../hooks.ts'
import { withPromptSalt } from '../withScenario.ts'
import type { ResolvedComparison, ResolvedSide } from './config.ts'

/** Both sides send the same prompts, and with them have the same salt, unless each is to have its own. */
export function salted(comparison: ResolvedComparison): ResolvedComparison {
  const { sides, disjointPrompts } = comparison
  const { promptSalt } = withPromptSalt(sides.baseline.config)
  if (promptSalt === undefined) return comparison
  const side = (name: Side, salt: string): ResolvedSide => ({
    ...sides[name],
    config: { ...sides[name].config, promptSalt: salt },
  })
  return {
    ...comparison,
    sides: {
      baseline: side('baseline', promptSalt),
      candidate: side('candidate', disjointPrompts ? `${promptSalt} candidate` : promptSalt),
    },
  }
}

/**
 * Up to `limit` prompts of each side.
 * @throws ConfigError as `readPrompts` does
 */
export async function readSides(
  { sides, disjointPrompts }: ResolvedComparison,
  limit: number,
  { onNotice, signal }: Pick<RunHooks, 'onNotice' | 'signal'>,
): Promise<Record<Side, TimedPrompt[]>> {
  const { config } = sides.baseline
  const baseline = await readPrompts(config, limit, onNotice, signal)
  if (!disjointPrompts) return { baseline, candidate: baseline }
  // Of the scenario of the baseline, whose model decides on lengths.
  const { promptSalt } = sides.candidate.config
  return { baseline, candidate: await readPrompts({ ...config, promptSalt }, limit, onNotice, signal) }
}
