/** The thread that writes the result DB, so that neither load nor test runner waits for a disk. */
import type { StatementSync } from 'node:sqlite'
import { clearInterval, setInterval } from 'node:timers'
import { parentPort } from 'node:worker_threads'
import { Bodies } from '../load/bodies.ts'
import type { SampleBatch } from '../samples/index.ts'
import { secretsFrom } from '../secrets/index.ts'
import { DatabaseSync } from './sqlite.ts'
import type { FromStore, ThreadData, ToStore } from './store.ts'
import { CREATE, INSERT, type RowFacts, rowValues } from './table.ts'

/** What was measured is committed at least this often. */
const COMMIT_MS = 300
/** Waited for a lock that another program holds on the file, as a DB browser may for a moment. */
const LOCK_PATIENCE_MS = 5000
const KEPT_BODIES = 1000

const port = parentPort!
/** What this thread works with once it knows its run. */
let run: { setup: ThreadData; hide: (text: string) => string; beat: () => void; committer: NodeJS.Timeout } | undefined
let open: { db: DatabaseSync; insert: StatementSync; facts: RowFacts; uncommitted: number } | undefined

port.on('message', (message: ToStore) => {
  if (message.type === 'setup') run = start(message.setup)
  else attempt(() => handle(message))
})

function start(setup: ThreadData): typeof run {
  const beats = new Int32Array(setup.beats)
  const beat = (): void => void Atomics.add(beats, 0, 1)
  const committer = setInterval(() => {
    beat()
    attempt(commit)
  }, COMMIT_MS)
  return { setup, hide: secretsFrom(setup.secrets).hide, beat, committer }
}

/** After a failure nothing more is written: what is in the file stays as it is. */
function attempt(work: () => void): void {
  try {
    work()
  } catch (error) {
    const { message, code, errcode } = error as Error & { code?: string; errcode?: number }
    giveUp()
    send({ type: 'failed', message: code === 'ERR_SQLITE_ERROR' ? `SQLite: ${message} (code ${errcode})` : message })
  }
}

function giveUp(): void {
  try {
    open?.db.close()
  } catch {
    // The disk that is full, or gone, is the reason we are here.
  }
  open = undefined
}

function handle(message: ToStore): void {
  switch (message.type) {
    case 'open': {
      const { setup, hide } = run!
      const db = new DatabaseSync(message.path, { timeout: LOCK_PATIENCE_MS })
      // Larger pages and rarer checkpoints (of 64 MiB) than SQLite's own halve the cost of a row with texts.
      db.exec(
        'PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000;',
      )
      db.exec(CREATE)
      const bodies = new Bodies(setup.bodies)
      const bodyText = setup.keepTexts ? shownBody(bodies, hide) : undefined
      open = {
        db,
        insert: db.prepare(INSERT),
        uncommitted: 0,
        facts: {
          wallOriginMs: setup.wallOriginMs,
          isStream: setup.isStream,
          bodyText,
          traceId: (body) => bodies.id(body),
          textLimit: setup.textLimit,
          hide,
        },
      }
      for (const [key, value] of Object.entries(message.facts)) setFact(key, value)
      commit()
      send({ type: 'opened' })
      return
    }
    case 'batch':
      write(message.batch)
      return
    case 'fact':
      setFact(message.key, message.value)
      commit()
      return
    case 'finish': {
      // After a failure, which is known by now.
      if (open === undefined) return
      commit()
      // One plain file is left, that any SQLite client can open and copy.
      open?.db.exec('PRAGMA journal_mode = DELETE;')
      open?.db.close()
      open = undefined
      send({ type: 'finished' })
      return
    }
    case 'close':
      clearInterval(run!.committer)
      // A run that failed has not finished it: what came until now is kept all the same.
      attempt(commit)
      giveUp()
      run = undefined
      if (message.rest) send({ type: 'closed' })
      else port.close()
  }
}

function write(batch: SampleBatch): void {
  run?.beat()
  if (open === undefined) return
  for (let row = 0; row < batch.count; row++) {
    begin()
    open.insert.run(...rowValues(batch, row, open.facts))
    if (++open.uncommitted >= run!.setup.commitInterval) commit()
  }
  send({ type: 'written', rows: batch.count })
}

/** Bodies are sent again and again: each is looked through once, as long as it is remembered. */
function shownBody(bodies: Bodies, hide: (text: string) => string): (body: number) => string {
  const known = new Map<number, string>()
  return (body) => {
    let text = known.get(body)
    if (text === undefined) {
      text = hide(bodies.text(body))
      if (known.size >= KEPT_BODIES) known.clear()
      known.set(body, text)
    }
    return text
  }
}

function setFact(key: string, value: unknown): void {
  begin()
  open?.db.prepare('INSERT OR REPLACE INTO run (key, value) VALUES (?, ?)').run(key, JSON.stringify(value))
  if (open) open.uncommitted++
}

function begin(): void {
  if (open?.uncommitted === 0) open.db.exec('BEGIN')
}

function commit(): void {
  if (open === undefined || open.uncommitted === 0) return
  open.db.exec('COMMIT')
  open.uncommitted = 0
  run?.beat()
}

function send(message: FromStore): void {
  port.postMessage(message)
}
