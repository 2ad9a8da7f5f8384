/** Traces of agents (applied-compute/trie): lengths of prompts, answers and tool results, and how long tools took. */
import type { Conversation, Dataset, Turn } from './dataset.ts'
import { exactly, openMaker } from './madeUp.ts'
import { hubFile } from './published.ts'
import { numbers, type Row, wholeNumber } from './row.ts'
import { readRows } from './rows.ts'

export const trieAgenticCoding = trie('trie_agentic_coding', 'coding agents', 'agentic_coding_8k.jsonl')
export const trieCodeQa = trie('trie_code_qa', 'questions on code', 'code_qa_8k.jsonl')
export const trieOfficeWork = trie('trie_office_work', 'office agents', 'office_work_8k.jsonl')

/**
 * A trace of n tool calls is a conversation of n + 1 turns: the prompt, then each tool's result after its latency.
 * Texts are made up to the recorded lengths; answers are as long as recorded when the server heeds `ignore_eos`, which
 * `extraArgs` can ask for.
 */
function trie(name: string, what: string, file: string): Dataset {
  return {
    name,
    description: `traces of ${what}, of --dataset-path or the hub: each a conversation of the recorded lengths, with tool latencies between its turns`,
    makesLengths: true,
    hasContents: true,
    async *read(options) {
      const hub = { modelscope: 'evalscope/trie-workloads', huggingface: 'evalscope/trie-workloads', file }
      const path = await hubFile(options, hub)
      const { maker, contents } = await openMaker(options)
      let index = 0
      for await (const row of readRows(path, name)) {
        const words = contents(index++)
        // A message of no tokens is refused by many chat templates.
        yield conversationOf(row, (tokens) => exactly(() => maker.make(Math.max(1, tokens), words)))
      }
    },
  }
}

function conversationOf(row: Row, text: (tokens: number) => string): Conversation {
  const calls = wholeNumber(row, 'num_turns', 0)
  const answers = numbers(row, 'assistant_response_length', calls, true)
  const results = numbers(row, 'tool_call_output_length', calls, true)
  const latencies = numbers(row, 'tool_call_latency', calls, false)
  const limits = [...answers, wholeNumber(row, 'final_assistant_response_length', 1)].map((tokens) =>
    Math.max(1, tokens),
  )
  const say = (tokens: number): Turn['messages'] => [{ role: 'user', content: text(tokens) }]
  const first: Turn = { messages: say(wholeNumber(row, 'input_prompt_length', 1)), maxTokens: limits[0]! }
  const later = results.map(
    (tokens, i): Turn => ({ messages: say(tokens), maxTokens: limits[i + 1]!, waitMs: latencies[i]! * 1000 }),
  )
  return { turns: [first, ...later] }
}
