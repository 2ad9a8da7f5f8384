/** What the engine asks of the loop that decides when requests start. */
import type { Connection } from '../client/index.ts'

/** Requests started in one turn of the event loop; then answers are read. */
export const BURST = 8

export interface Loop {
  begin(): void
  tick(): void
  stop(): void
  onFree(connection: Connection): void
  /** A time that the loop has set as the engine's `dueAt` is over. */
  onDue?(): void
}
