import { expect, test } from 'vitest'
import { rowsOf } from '../../src/testing/node-test/rows.ts'

test('rows that are arrays are spread, and fill the placeholders in order', () => {
  expect(
    rowsOf(
      '%i of %s',
      [
        [1, 'a', 'unnamed'],
        [2, 'b', 'unnamed'],
      ],
      [],
    ),
  ).toEqual([
    { title: '1 of a', row: [1, 'a', 'unnamed'] },
    { title: '2 of b', row: [2, 'b', 'unnamed'] },
  ])
})

test('any other row is one argument, by whose properties it can be named', () => {
  expect(rowsOf('$model with $parallel, $unknown', [{ model: 'm', parallel: 4 }], [])).toEqual([
    { title: 'm with 4, $unknown', row: [{ model: 'm', parallel: 4 }] },
  ])
  expect(rowsOf('%s', [1, [2]], []).map(({ row }) => row)).toEqual([[1], [[2]]])
})

test('a template has its names in the first line', () => {
  const table = ['\n    parallel | number\n    ', ' | ', '\n', ' | ', '\n']
  expect(rowsOf('$parallel, $number', table, [1, 2, 3, 4])).toEqual([
    { title: '1, 2', row: [{ parallel: 1, number: 2 }] },
    { title: '3, 4', row: [{ parallel: 3, number: 4 }] },
  ])
  expect(() => rowsOf('x', ['a | b\n', ''], [1, 2, 3])).toThrow('3 values do not fill rows of 2 (a, b)')
})
