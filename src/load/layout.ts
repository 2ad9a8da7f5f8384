/**
 * One object layout for all engines: the code that V8 compiled while one warmed up then fits the next, where it would
 * be thrown away at the first request that is measured.
 */
import type { EngineOptions } from './engine.ts'
import type { Level } from './level.ts'

export function optionsAlike(options: EngineOptions): EngineOptions {
  const { target, bodies, counters, worker, workers, shard, totalTimeoutMs, writer, conversations, onBatchDue } =
    options
  const { api, origin, path, headers, stream, connectTimeoutMs, readTimeoutMs } = target
  const { route, failureText, itemsAsked, maxEventBytes, choices, allowEmpty } = target
  return {
    target: {
      api,
      origin,
      path,
      headers,
      stream,
      connectTimeoutMs,
      readTimeoutMs,
      route,
      failureText,
      itemsAsked,
      maxEventBytes,
      choices,
      allowEmpty,
    },
    bodies,
    counters,
    worker,
    workers,
    shard,
    totalTimeoutMs,
    writer,
    conversations,
    onBatchDue,
  }
}

export function levelAlike(level: Level): Level {
  return {
    executor: level.executor,
    parallel: level.parallel,
    number: level.number,
    rate: level.rate,
    durationMs: level.durationMs,
    burstiness: level.burstiness,
    stages: level.stages,
    timestamps: level.timestamps,
    seed: level.seed,
    thinkTime: level.thinkTime,
    firstIndex: level.firstIndex ?? 0,
    firstBody: level.firstBody ?? 0,
  }
}
