import { describe, expect, it } from 'vitest'
import { splitArray } from '../../src/datasets/pieces.ts'
import { all, chunked, errorOf } from './files.ts'

const elements = async (content: string, size = 1000) =>
  (await all(splitArray(chunked(content, size), 'long.json', 'longalpaca'))).map(({ text }) => JSON.parse(text))
const messageOf = async (content: string) => (await errorOf(() => elements(content))).message

describe('splitArray', () => {
  const values = [
    { text: 'brackets ]}[{ , and "quotes" and \\ and \\" 🙂', nested: [[1, [2]], { a: [] }] },
    'a ] string, with a comma',
    [1, 2, [3]],
    -1.5,
    null,
    { 长: '文' },
  ]
  it.each([1, 2, 3, 5, 8, 1000])('agrees with JSON.parse, %i bytes at a time', async (size) => {
    expect(await elements(JSON.stringify(values), size)).toEqual(values)
    expect(await elements(`\ufeff ${JSON.stringify(values, null, 2)}\r\n`, size)).toEqual(values)
  })

  it('gives nothing for an empty array, and forgives a comma after the last element', async () => {
    expect(await elements('[]')).toEqual([])
    expect(await elements(' [ \n ] ')).toEqual([])
    expect(await elements('[1,\n2,\n]')).toEqual([1, 2])
  })

  it('refuses an array that is cut short, or is not all', async () => {
    expect(await messageOf('[1,\n[2')).toBe('dataset longalpaca: long.json line 2: the file ends before its array does')
    expect(await messageOf('["a\n')).toBe('dataset longalpaca: long.json line 2: the file ends before its array does')
    expect(await messageOf('[1]\n\n[2]')).toBe('dataset longalpaca: long.json line 3: text after the end of the array')
  })
})
