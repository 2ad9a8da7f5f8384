/** One row of the proof: a claim, its target, and the simulation or run that shows how far it holds. */

export interface ProofOptions {
  /** Any whole number; another one gives fresh random numbers throughout. */
  seed: number
  /** Fewer trials, rougher figures. */
  quick: boolean
}

export interface ProofResult {
  met: boolean
  /** In one sentence, with the worst figure. */
  summary: string
  head: readonly string[]
  body: readonly (readonly string[])[]
}

export interface ProofRow {
  name: string
  target: string
  run(options: ProofOptions): ProofResult | Promise<ProofResult>
}
