/** The effect of signals, by their time and by the files that would be lost. */
import { describe, expect, test } from 'vitest'
import { PHASES, type Phase, watch } from '../../src/cli/watch.js'

/** A clock that is set by hand, and what was said and ended. */
function watched(phase: Phase) {
  const state = { phase, now: 0, said: [] as string[], ends: [] as number[] }
  const timers: { at: number; work: () => void }[] = []
  const heard = watch({
    phase: () => state.phase,
    now: () => state.now,
    after: (milliseconds, work) => timers.push({ at: state.now + milliseconds, work }),
    say: (_, text) => state.said.push(text),
    end: (exitCode) => state.ends.push(exitCode),
  })
  return {
    ...{ state, heard },
    pass(milliseconds: number) {
      state.now += milliseconds
      for (const { work } of timers.splice(0).filter(({ at }) => at <= state.now)) work()
    },
  }
}

describe('while training', () => {
  test('the first is confirmed by a message, the second ends', () => {
    const { state, heard, pass } = watched(PHASES.training)
    heard(130)
    expect(state).toMatchObject({ said: ['Finishing the step; press Ctrl-C again to stop at once.'], ends: [] })
    pass(300)
    heard(130)
    expect(state.ends).toEqual([130])
  })

  test('one that follows at once counts as the same', () => {
    const { state, heard, pass } = watched(PHASES.training)
    for (let at = 0; at < 200; at += 20) {
      heard(130)
      pass(20)
    }
    expect(state.ends).toEqual([])
    pass(100)
    heard(130)
    expect(state.ends).toEqual([130])
  })

  test('a step may take any time', () => {
    const { state, heard, pass } = watched(PHASES.training)
    heard(143)
    pass(1e6)
    expect(state).toMatchObject({ said: [], ends: [] })
  })
})

test('if nothing can be lost, one is enough, after a second for an orderly end', () => {
  const { state, heard, pass } = watched(PHASES.idle)
  heard(129)
  expect(state.ends).toEqual([])
  pass(1000)
  expect(state.ends).toEqual([129])
})

test('training that starts meanwhile is not cut off', () => {
  const { state, heard, pass } = watched(PHASES.idle)
  heard(130)
  state.phase = PHASES.training
  pass(1000)
  expect(state.ends).toEqual([])
})

test('while results are written, only the third one ends', () => {
  const { state, heard, pass } = watched(PHASES.training)
  heard(130)
  state.phase = PHASES.saving
  pass(300)
  heard(130)
  expect(state.said.at(-1)).toBe('Writing the results; press Ctrl-C again to stop at once.')
  expect(state.ends).toEqual([])
  pass(300)
  heard(130)
  expect(state.ends).toEqual([130])
})
