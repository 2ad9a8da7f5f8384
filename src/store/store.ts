/** The result DB of a run, written on a thread of its own while the run goes on. */
import { Worker } from 'node:worker_threads'
import { batchBuffers, type SampleBatch } from '../samples/index.ts'
import type { FromStore, StoreSetup, ToStore } from './messages.ts'

export class StoreError extends Error {
  override readonly name = 'StoreError'
}

export class ResultStore {
  readonly #worker: Worker
  #waiting: { resolve: () => void; reject: (error: Error) => void } | undefined
  #path = ''
  #failure: StoreError | undefined
  readonly #onFailure: (error: StoreError) => void

  /** @param onFailure called once when rows can no longer be written: the load must stop */
  constructor(setup: StoreSetup, onFailure: (error: StoreError) => void) {
    this.#onFailure = onFailure
    const file = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
    this.#worker = new Worker(file, {
      workerData: setup,
      name: 'perfgate store',
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    this.#worker.on('message', (message: FromStore) => this.#hear(message))
    this.#worker.on('error', (error) => this.#fail(error.message))
  }

  /** Creates the DB. @throws StoreError when the file cannot be created or written */
  async open(path: string, facts: Record<string, unknown>): Promise<void> {
    this.#path = path
    await this.#ask({ type: 'open', path, facts })
  }

  /** Hands a batch over; its buffers are gone afterwards. */
  write(batch: SampleBatch): void {
    this.#worker.postMessage({ type: 'batch', batch } satisfies ToStore, batchBuffers(batch))
  }

  setFact(key: string, value: unknown): void {
    this.#worker.postMessage({ type: 'fact', key, value } satisfies ToStore)
  }

  /** Waits until everything is on disk and closes the DB. @throws StoreError when something could not be written */
  async finish(): Promise<void> {
    await this.#ask({ type: 'finish' })
  }

  /** @throws StoreError when rows could not be written */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.postMessage({ type: 'close' } satisfies ToStore)
    await gone
  }

  #ask(message: ToStore): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#worker.postMessage(message)
    })
  }

  #hear(message: FromStore): void {
    if (message.type === 'failed') this.#fail(message.message)
    else if (message.type !== 'written') {
      this.#waiting?.resolve()
      this.#waiting = undefined
    }
  }

  #fail(reason: string): void {
    if (this.#failure) return
    this.#failure = new StoreError(`result DB ${this.#path}: ${reason}; free space or choose another --outputs-dir`)
    if (this.#waiting) this.#waiting.reject(this.#failure)
    else this.#onFailure(this.#failure)
    this.#waiting = undefined
  }
}
