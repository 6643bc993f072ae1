/** Kills come at every part of a run, in its order. */
import { expect, test } from 'vitest'
import type { RunEvent } from '../../../src/export/run-events.js'
import { checkpointEvery, killMoments, type Mark } from '../../../src/run/verify/kill-moments.js'
import { byPlace, followRun } from '../../../src/run/verify/progress.js'

const at = (training: number, epoch: number, step: number) => ({ training, epoch, step })

const MARKS: Mark[] = [
  { place: at(1, 1, 0), milliseconds: 800 },
  { place: at(1, 1, 10), milliseconds: 1000 },
  { place: at(1, Number.POSITIVE_INFINITY, 0), milliseconds: 1200 },
  { place: at(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0), milliseconds: 1600 },
]

test('moments come after every mark but the last, some of them in a start', () => {
  const moments = killMoments(MARKS, 400, 7)
  expect(moments).toHaveLength(400)
  const count = (place: Mark['place'] | null) => moments.filter(({ after }) => after === place).length
  expect([null, ...MARKS.map(({ place }) => place)].map(count)).toEqual([
    expect.closeTo(50, -1.6),
    expect.closeTo(88, -1.6),
    expect.closeTo(88, -1.6),
    expect.closeTo(175, -1.6),
    0,
  ])
  const places = moments.flatMap(({ after }) => after ?? [])
  expect(places.toSorted(byPlace)).toEqual(places)
  expect(moments.every(({ milliseconds }) => milliseconds >= 0 && milliseconds <= 800)).toBe(true)
})

test('moments follow from the seed', () => {
  expect(killMoments(MARKS, 9, 1)).toEqual(killMoments(MARKS, 9, 1))
  expect(killMoments(MARKS, 9, 1)).not.toEqual(killMoments(MARKS, 9, 2))
})

test('there are some checkpoints between two kills', () => {
  expect(checkpointEvery(4800, 5)).toBe(100)
  expect(checkpointEvery(3, 5)).toBe(1)
})

test('a resumed run is at the places of the run without a break', () => {
  const start = (stage: string, from: object | null) => ({ event: 'start', stage, fold: null, from }) as RunEvent
  const whole = followRun()
  const places = [
    start('RBM 1', null),
    { event: 'batch', epoch: 1, step: 7 } as RunEvent,
    { event: 'epoch', epoch: 1 } as RunEvent,
    { event: 'stop' } as RunEvent,
    start('RBM 2', null),
    { event: 'warning' } as RunEvent,
    { event: 'end' } as RunEvent,
  ].map((event) => whole.place(event))
  const endless = Number.POSITIVE_INFINITY
  expect(places).toEqual([
    at(1, 1, 0),
    at(1, 1, 7),
    at(1, 1, endless),
    at(1, endless, 0),
    at(2, 1, 0),
    null,
    at(endless, endless, 0),
  ])
  expect(followRun(whole.titles).place(start('RBM 2', { epoch: 3, step: 4 }))).toEqual(at(2, 3, 4))
})
