/** How far a run is, as one line: in the terminal of the command line, in its logs, and while a perf test runs. */
import type { RunProgress } from './hooks.ts'

/** `measuring 45/100, 12.3 requests/s, 0 failed, 8 in flight, 310 tokens/s, p99 1.20 s, ETA 4 s` */
export function progressLine(progress: RunProgress): string {
  const soFar = progress.phase === 'measuring' ? progress.soFar?.() : undefined
  const measured = [
    ...(soFar === undefined || soFar.tokensPerSecond === 0 ? [] : [`${soFar.tokensPerSecond.toFixed(0)} tokens/s`]),
    ...(soFar === undefined || soFar.p99LatencyMs === null ? [] : [`p99 ${time(soFar.p99LatencyMs)}`]),
  ]
  return [`${stageName(progress)} ${countDone(progress)}`, ...progressFacts(progress, measured)].join(', ')
}

/** For instance `[2/3] measuring`, of the second of three levels. */
export function stageName({ phase, level, levels }: RunProgress): string {
  return levels > 1 ? `[${level + 1}/${levels}] ${phase}` : phase
}

export function countDone({ done, total }: RunProgress): string {
  return total === null ? `${done} done` : `${done}/${total}`
}

/** @param measured further facts, put before the time that is left */
export function progressFacts(progress: RunProgress, measured: readonly string[] = []): string[] {
  const { qps, failed, inFlight } = progress
  const eta = secondsLeft(progress)
  return [
    `${qps.toFixed(qps < 10 ? 2 : 1)} requests/s`,
    `${failed} failed`,
    `${inFlight} in flight`,
    ...measured,
    ...(eta === undefined ? [] : [`ETA ${duration(eta)}`]),
  ]
}

/** From 0 to 1; undefined where neither requests nor time bound the phase. */
export function shareDone({ done, total, elapsedSeconds, durationSeconds }: RunProgress): number | undefined {
  const shares = [total === null ? 0 : done / total, durationSeconds === null ? 0 : elapsedSeconds / durationSeconds]
  return total === null && durationSeconds === null ? undefined : Math.min(1, Math.max(...shares))
}

/** Whichever ends first, the requests or the time. */
function secondsLeft({ done, total, qps, elapsedSeconds, durationSeconds }: RunProgress): number | undefined {
  const ends = [
    ...(total === null || qps <= 0 ? [] : [(total - done) / qps]),
    ...(durationSeconds === null ? [] : [durationSeconds - elapsedSeconds]),
  ]
  return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends))
}

function time(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${ms.toFixed(ms >= 100 ? 0 : 1)} ms`
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
