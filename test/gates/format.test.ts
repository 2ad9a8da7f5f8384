/** Figures in messages: readable, and never rounded onto the wrong side. */
import { expect, test } from 'vitest'
import { formatConfidence, formatNumber, readableUnit, withUnit } from '../../src/gates/index.ts'

test.each([
  [989.7, 's', [1500], '0.99'],
  [1400.4, 's', [1400], '1.4004'],
  [1400.4, 's', [1300], '1.4'],
  [989.7, 'ms', [989.6], '989.7'],
  [989.7, 'ms', [900], '990'],
  [1399.96, 's', [1400], '1.39996'],
  [1400, 's', [1400], '1.4'],
  [1523.7, 'ms', [], '1,524'],
  [1234567.8, 'ms', [], '1,234,568'],
  [0.0004321, 'ms', [], '0.000432'],
  [0, 's', [10], '0'],
  [0.1 + 0.2, 'ms', [0.3], '0.30000000000000004'],
])('%d ms in %s apart from %j is %s', (value, unit, apart, text) => {
  expect(formatNumber(value, 'time', unit, apart)).toBe(text)
})

test('a share of nearly all is not shown as all, nor one of nearly nothing as nothing', () => {
  expect(formatNumber(0.99987, 'share', '%', [0.95])).toBe('99.987')
  expect(formatNumber(0.9996, 'share', '%', [0.95])).toBe('99.96')
  expect(formatNumber(1, 'share', '%')).toBe('100')
  expect(formatNumber(0.00001234, 'share', '%')).toBe('0.00123')
  expect(formatNumber(0.999, 'share', '%')).toBe('99.9')
})

test.each([
  [989.7, 's', 's'],
  [15_200, 'ms', 's'],
  [3.1, 's', 'ms'],
  [0.05, 'ms', 'us'],
  [1520, 'ms', 'ms'],
  [90_000, 'min', 'min'],
  [1520, undefined, 's'],
  [152, undefined, 'ms'],
])('%d ms beside a limit in %s reads best in %s', (value, limitUnit, unit) => {
  expect(readableUnit(value, 'time', limitUnit)).toBe(unit)
})

test('units and confidence', () => {
  expect(withUnit('3', '')).toBe('3')
  expect(withUnit('99.9', '%')).toBe('99.9 %')
  expect([0.95, 0.999, 0.9].map(formatConfidence)).toEqual(['95 %', '99.9 %', '90 %'])
})
