/** Figures as the published tables print them. */

export const NOT_MEASURED = 'n/a'

/** Rounded to `decimals` places, without padding zeros: 1.99, not 1.990. */
export function figure(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOT_MEASURED
  return String(Number(value.toFixed(decimals)))
}

/** With its sign, for instance `+1.5` or `−0.2`. */
export function signed(value: number, decimals = 1): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(decimals)}`
}
