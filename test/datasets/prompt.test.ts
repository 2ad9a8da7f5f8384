import { describe, expect, it } from 'vitest'
import { readPromptOption } from '../../src/datasets/index.ts'
import { errorOf, file } from './files.ts'

const errorFor = (prompt: string) => errorOf(() => readPromptOption(prompt))

describe('readPromptOption', () => {
  it('takes a text as it is', () => {
    expect(readPromptOption(' Hello @all\n')).toBe(' Hello @all\n')
  })

  it('reads a file after @, without byte order mark and last line end', () => {
    expect(readPromptOption(`@${file('\ufeffLine one\r\n第二行\r\n', 'p.txt')}`)).toBe('Line one\r\n第二行')
    expect(readPromptOption(`@${file('a\n\n', 'p.txt')}`)).toBe('a\n')
  })

  it('says what is wrong with a file, and what to do', async () => {
    expect(await errorFor('@/nowhere/p.txt')).toEqual({
      message: `option "prompt": cannot read "/nowhere/p.txt": no such file; check the path (a relative one starts at ${process.cwd()})`,
      option: 'prompt',
    })
    const blank = file(' \n', 'p.txt')
    expect((await errorFor(`@${blank}`)).message).toBe(
      `option "prompt": "${blank}" is empty; put the prompt's text in it`,
    )
    const gbk = file(Buffer.from([0xd6, 0xd0]), 'p.txt')
    expect((await errorFor(`@${gbk}`)).message).toBe(`option "prompt": "${gbk}" is not UTF-8 text; save it as UTF-8`)
    expect((await errorFor('@')).message).toBe('option "prompt": after "@" comes the name of a file')
    expect((await errorFor('  ')).message).toBe('option "prompt": is blank; give a text or @file')
  })
})
