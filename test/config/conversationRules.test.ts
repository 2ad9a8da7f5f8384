import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'

describe('multiTurn', () => {
  it.each([
    [{ openLoop: true, rate: 3 }, 'option "openLoop": does not go with multiTurn'],
    [{ rate: 3 }, 'option "rate": does not go with multiTurn'],
    [{ stages: [{ duration: 1, target: 2 }] }, 'option "stages": does not go with multiTurn'],
    [{ timestamps: [1, 2] }, 'option "timestamps": does not go with multiTurn'],
    [{ executor: 'poisson' }, 'option "executor": "poisson" sends single requests'],
    [{ nChoices: 2 }, 'option "nChoices": a conversation goes on from one answer, got 2 a turn'],
    [{ minTurns: 3, maxTurns: 2 }, 'option "maxTurns": 2 is below minTurns, 3'],
  ])('with %j is refused: %s', (options, message) => {
    expect(() => resolveConfig({ multiTurn: true, ...options })).toThrow(message)
  })

  it('is what the executor of conversations needs', () => {
    expect(() => resolveConfig({ executor: 'conversations' })).toThrow('add multiTurn')
    expect(resolveConfig({ multi_turn: true, min_turns: 2, 'max-turns': 4 })).toMatchObject({
      multiTurn: true,
      minTurns: 2,
      maxTurns: 4,
      thinkTime: 0,
    })
  })
})
