/** One micro-benchmark. */
export interface MicroTask {
  name: string
  /** How many pieces of work one call of `run` does; time is reported for one. */
  pieces: number
  run: () => void
}
