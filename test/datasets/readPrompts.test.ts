import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { DATASETS, findDataset, readPrompts } from '../../src/datasets/index.ts'
import { errorOf, file } from './files.ts'

const read = (options: Record<string, unknown>, limit = 100) => readPrompts(resolveConfig(options), limit)
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ question: `q${i + 1}` })).join('\n')

describe('findDataset', () => {
  it('finds each dataset by its name, in either spelling', () => {
    const names = DATASETS.map(({ name }) => name)
    for (const name of ['openqa', 'longalpaca', 'line_by_line']) expect(names).toContain(name)
    expect(new Set(names).size).toBe(names.length)
    for (const dataset of DATASETS) expect(findDataset(dataset.name)).toBe(dataset)
    expect(findDataset('line-by-line').name).toBe('line_by_line')
  })

  it('names the dataset that was meant, or those there are', async () => {
    expect(await errorOf(() => findDataset('opnqa'))).toEqual({
      message: 'option "dataset": unknown value "opnqa", did you mean "openqa"?',
      option: 'dataset',
    })
    expect((await errorOf(() => findDataset('imagenet-21k'))).message).toBe(
      `option "dataset": unknown value "imagenet-21k"; known: ${DATASETS.map(({ name }) => name).join(', ')}`,
    )
  })
})

describe('readPrompts', () => {
  it('reads at most limit prompts, after the offset', async () => {
    const datasetPath = file(numbered(5))
    expect(await read({ datasetPath }, 2)).toEqual([{ text: 'q1' }, { text: 'q2' }])
    expect(await read({ datasetPath, datasetOffset: 3 }, 10)).toEqual([{ text: 'q4' }, { text: 'q5' }])
  })

  it('reads the shipped questions without a path', async () => {
    expect(await read({}, 1000)).toHaveLength(120)
  })

  it('does not look at lines beyond the limit', async () => {
    expect(await read({ datasetPath: file(`${numbered(3)}\nbroken`) }, 3)).toHaveLength(3)
  })

  it('prefers prompt to dataset, and repeats it by giving it once', async () => {
    const options = { prompt: 'Hi', dataset: 'openqa', datasetPath: '/nowhere', datasetOffset: 9 }
    expect(await read(options, 50)).toEqual([{ text: 'Hi' }])
    expect(await read({ prompt: `@${file('from a file\n')}` })).toEqual([{ text: 'from a file' }])
  })

  it('says that the offset skips everything', async () => {
    const datasetPath = file(numbered(5))
    expect(await errorOf(() => read({ datasetPath, datasetOffset: 5 }))).toEqual({
      message: `option "datasetOffset": 5 skips all 5 prompts of "${datasetPath}"; give less than 5`,
      option: 'datasetOffset',
    })
    expect((await errorOf(() => read({ datasetOffset: 500 }))).message).toBe(
      'option "datasetOffset": 500 skips all 120 prompts of "openqa"; give less than 120',
    )
  })

  it.each(['', '\n \r\n', '[]'])('says that a file of %j holds no prompts', async (content) => {
    const datasetPath = file(content)
    expect(await errorOf(() => read({ dataset: 'longalpaca', datasetPath, datasetOffset: 2 }))).toEqual({
      message: `option "datasetPath": "${datasetPath}" holds no prompts; longalpaca reads \`instruction\` of each JSONL line, or of each object of the JSON array, of --dataset-path or the hub`,
      option: 'datasetPath',
    })
  })
})
