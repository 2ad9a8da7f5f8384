import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { levelsOf } from '../../src/load/levels.ts'
import { warmingRequests } from '../../src/run/warming.ts'

function warmed(options: Record<string, unknown>): number {
  const config = resolveConfig({ url: 'http://127.0.0.1:1/v1', model: 'm', ...options })
  return warmingRequests(levelsOf(config), config)
}

// A canned answer has 32 events, and half of the run's events are wanted: a 64th of them in requests.
test.each([
  [{ number: 15, maxTokens: 16 }, 3],
  [{ number: 1000, maxTokens: 64 }, 1000],
  [{ number: 1000, maxTokens: 2048 }, 2000],
  [{ number: 1000, maxTokens: [16, 32] }, 250],
  [{ number: 6400, stream: false }, 100],
  [{ number: 100_000, maxTokens: 64 }, 10_000],
  [{ number: [640, 64], parallel: [1, 2], maxTokens: 64 }, 704],
  [{ number: 640, warmupNum: 64, maxTokens: 64 }, 704],
  [{ duration: 2, rate: 100, openLoop: true, maxTokens: 64 }, 200],
  [{ duration: 2, parallel: 5, maxTokens: 64 }, 100],
  [{ duration: 2, number: 10, parallel: 5, maxTokens: 64 }, 10],
  [
    {
      stages: [
        { duration: 1, target: 4 },
        { duration: 3, target: 8 },
      ],
      maxTokens: 64,
    },
    320,
  ],
  [{ timestamps: [0, 10, 20], maxTokens: 64 }, 3],
])('%j', (options, requests) => expect(warmed(options)).toBe(requests))
