import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findApi } from '../../src/apis/index.ts'
import { Bodies, packBodies } from '../../src/load/index.ts'
import { speedRecorder } from '../../src/metrics/speed.ts'
import { runPerfBenchmark } from '../../src/run/index.ts'
import { roughUsageCheck, usageCheck } from '../../src/run/usageCheck.ts'
import { BatchWriter, C, FLAG_OUTPUT_ESTIMATED, ROW, type SampleBatch } from '../../src/samples/index.ts'
import { loadTokenizer } from '../../src/tokens/index.ts'

const tokenizerPath = fileURLToPath(new URL('../tokens/data/bpe', import.meta.url))
const tokenizer = await loadTokenizer({ tokenizerPath })
const messages = [{ role: 'user', content: 'How would you explain latency to someone who runs a small bakery?' }]
const answer = 'It is how long the bread takes, "from the order to the table".'
const input = tokenizer.countMessages(messages)
const output = tokenizer.count(answer)
const bodies = new Bodies(packBodies([JSON.stringify({ messages })]))

interface Row {
  inputTokens: number
  outputTokens: number
  hiddenTokens?: number
  latencyMs?: number
  flags?: number
  cause?: number
}

function batch(rows: Row[]): SampleBatch {
  const writer = new BatchWriter(0)
  for (const { inputTokens, outputTokens, hiddenTokens = 0, latencyMs = 1000, flags = 0, cause = -1 } of rows) {
    const row = new Float64Array(ROW).fill(Number.NaN)
    const given = {
      body: 0,
      inputTokens,
      outputTokens,
      hiddenTokens,
      startedAt: 500,
      endedAt: 500 + latencyMs,
      flags,
      cause,
    }
    for (const [name, value] of Object.entries(given)) row[C[name as keyof typeof C]] = value
    writer.add(row, new Float64Array(0), 0, [JSON.stringify(answer).slice(1, -1), '', '', ''])
  }
  return writer.take()
}

function notes(rows: Row[]): Promise<string[]> {
  const check = usageCheck(bodies, findApi('openai'))
  check.add(batch(rows))
  return check.notes(tokenizer)
}

describe('usageCheck', () => {
  it('says nothing when the server counts as the tokenizer does, or nearly', async () => {
    expect(await notes([{ inputTokens: input, outputTokens: output }])).toEqual([])
    // 100 requests, each off by less than 2 %: one token more in one of a hundred.
    const rows = Array.from({ length: 100 }, (_, i) => ({
      inputTokens: input + (i === 0 ? 1 : 0),
      outputTokens: output,
    }))
    expect(await notes(rows)).toEqual([])
  })

  it('names both sums and the difference when they are more than 2 % apart', async () => {
    const two = Array(2).fill({ inputTokens: input * 2, outputTokens: output })
    expect(await notes(two)).toEqual([
      `The server reported ${input * 4} input tokens for 2 requests where ${tokenizerPath}/tokenizer.json counts ${input * 2} (+100.0 %): it may use another tokenizer, or another chat template.`,
    ])
    expect(await notes([{ inputTokens: input, outputTokens: output / 2 }])).toEqual([
      expect.stringContaining('(−50.0 %)'),
    ])
  })

  it('leaves out failed requests and counts that are ours already', async () => {
    expect(await notes([{ inputTokens: 1, outputTokens: 1, cause: 0 }])).toEqual([])
    expect(await notes([{ inputTokens: 1, outputTokens: 1, flags: FLAG_OUTPUT_ESTIMATED }])).toEqual([])
  })
})

describe('a run with tokenizerPath', () => {
  const run = (more: object) =>
    runPerfBenchmark({
      prompt: messages[0]!.content,
      number: 3,
      store: 'none',
      tokenizerPath,
      embedded: { ttft: { meanMs: 0 }, itl: { meanMs: 0 }, outputTokens: 5 },
      ...more,
    })

  it('notes that the embedded server, which counts characters, counts otherwise', async () => {
    const { result } = await run({})
    const reported = result.summary.inputTokensPerRequest! * 3
    expect(reported).not.toBe(input * 3)
    expect(result.notes.filter((note) => note.startsWith('The server reported'))).toEqual([
      expect.stringContaining(
        `reported ${reported} input tokens for 3 requests where ${tokenizerPath}/tokenizer.json counts ${input * 3} `,
      ),
      expect.stringContaining(`reported 15 output tokens for 3 requests where`),
    ])
  })

  it('counts with that tokenizer where the server reports nothing', async () => {
    const { result } = await run({ extraArgs: { stream_options: null } })
    expect(result.summary.inputTokensPerRequest).toBe(input)
    expect(result.notes).toContainEqual(expect.stringContaining(`their tokens were counted with ${tokenizerPath}.`))
  })
})

describe('speedRecorder', () => {
  it('has the mean speed of the requests of each length, shortest first', () => {
    const recorder = speedRecorder()
    recorder.add(
      batch([
        { inputTokens: 100, outputTokens: 10, latencyMs: 1000 },
        { inputTokens: 1, outputTokens: 10, latencyMs: 500 },
        { inputTokens: 100, outputTokens: 30, latencyMs: 1000 },
        { inputTokens: 100, outputTokens: 99, latencyMs: 1, cause: 0 },
        { inputTokens: Number.NaN, outputTokens: 5 },
      ]),
    )
    expect(recorder.rows()).toEqual([
      { promptTokens: 1, requests: 1, tokensPerSecond: 20 },
      { promptTokens: 100, requests: 2, tokensPerSecond: 20 },
    ])
  })
})

describe('roughUsageCheck', () => {
  const rough = async (outputTokens: number, hiddenTokens = 0): Promise<[notes: string[], loads: number]> => {
    const check = roughUsageCheck()
    check.add(batch([{ inputTokens: input, outputTokens, hiddenTokens }]))
    let loads = 0
    const said = await check.notes(async () => {
      loads++
      return tokenizer
    })
    return [said, loads]
  }

  it('loads no tokenizer where an answer has as many characters as its tokens take', async () => {
    expect(await rough(Math.round(answer.length / 4))).toEqual([[], 0])
  })

  it('says so when the usage is more than twice, or less than half, of what the text has', async () => {
    expect((await rough(output * 2 + 1))[0]).toEqual([
      `The server reported ${output * 2 + 1} output tokens for 1 answers whose text is about ${output}: its usage counts something other than the text.`,
    ])
    expect((await rough(Math.floor(output / 4)))[0]).toHaveLength(1)
    expect(await rough(output * 2)).toEqual([[], 1])
  })

  it('leaves out reasoning that was not streamed', async () => {
    expect((await rough(output + 1000, 1000))[0]).toEqual([])
  })
})
