/** Times as k6 and Artillery write them, in seconds. */

const UNITS: Record<string, number> = {
  ms: 0.001,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
}

/**
 * `90`, `'90'`, `'1m30s'`, `'1 minute'`.
 *
 * @param bareUnit seconds that a number without a unit counts: k6 counts milliseconds, Artillery seconds
 * @returns undefined where it is none
 */
export function secondsOf(value: unknown, bareUnit = 1): number | undefined {
  if (typeof value === 'number') return value * bareUnit
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^[\d.]+$/.test(text)) return Number(text) * bareUnit
  let seconds = 0
  const rest = text.replace(/([\d.]+)\s*([a-z]+)\s*/gi, (match, number: string, unit: string) => {
    const size = UNITS[unit.toLowerCase()]
    if (size === undefined) return match
    seconds += Number(number) * size
    return ''
  })
  return rest === '' && text !== '' ? Math.round(seconds * 1e6) / 1e6 : undefined
}
