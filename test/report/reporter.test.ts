/** Progress of a training, on terminals of any width and in a log. */
import { stripVTControlCharacters as plain } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StartEvent } from '../../src/training/events.js'
import { startEvent } from '../export/sample-run.js'
import { type Driver, drive, pipe } from './drive.js'
import { Terminal } from './terminal.js'

const validated = { loss: 0.2969, acc: 0.9092, val_loss: 0.1136, val_acc: 0.964 }
const halfway = { loss: 0.066, acc: 0.9797 }

/** One and a half epochs. */
function anEpochAndAHalf(run: Driver): void {
  run.begin()
  run.step(1, 0.5, { loss: 1.8943, acc: 0.3818 })
  run.step(422, 3, { loss: 0.2969, acc: 0.9092 })
  run.end(3.25, validated)
  run.begin()
  run.step(1, 0.02, { loss: 0.5, acc: 0.75 })
  run.step(219, 1.5, halfway)
}

describe("Keras 1's bar on a terminal", () => {
  const TRANSCRIPT = [
    'Train on 54000 samples, validate on 6000 samples',
    'Epoch 1/100',
    '54000/54000 [==============================] - 3s - loss: 0.2969 - acc: 0.9092 - val_loss: 0.1136 - val_acc: 0.9640',
    'Epoch 2/100 - 5 min 22 s left',
    '28032/54000 [==============>...............] - ETA: 1s - loss: 0.0660 - acc: 0.9797',
  ]

  test('the whole transcript', () => {
    const terminal = new Terminal(120)
    anEpochAndAHalf(drive({ start: startEvent, stream: terminal.stream }))
    expect(terminal.screen()).toEqual(TRANSCRIPT)
  })

  test('the time that is left stands beside the number of the epoch, if it is a minute or more', () => {
    const terminal = new Terminal(120)
    const run = drive({ start: { ...startEvent, epochs: 50 }, stream: terminal.stream })
    const epoch = (earliestStop: number | null) => {
      run.begin(earliestStop)
      run.end(5, { loss: 0.25 })
    }
    for (const earliest of [4, 3, 4, 60, null]) epoch(earliest)
    for (let at = 6; at <= 40; at++) epoch(3)
    const headings = terminal.screen().filter((line) => line.startsWith('Epoch'))
    expect(headings.slice(0, 5)).toEqual([
      'Epoch 1/50',
      'Epoch 2/50 - at most 4 min 5 s left, at least 15 s',
      'Epoch 3/50 - at most 4 min 0 s left, at least 20 s',
      'Epoch 4/50 - 3 min 55 s left',
      'Epoch 5/50 - 3 min 50 s left',
    ])
    expect(headings.at(-2)).toBe('Epoch 39/50 - at most 1 min 0 s left, at least 15 s')
    expect(headings.at(-1)).toBe('Epoch 40/50')
  })

  test('messages after an error are below it', () => {
    const terminal = new Terminal(120)
    const run = drive({ start: startEvent, stream: terminal.stream })
    anEpochAndAHalf(run)
    run.leave()
    terminal.stream.write('There is too little memory.\n')
    expect(terminal.screen()).toEqual([...TRANSCRIPT, 'There is too little memory.', ''])
  })

  test('all of its bytes', () => {
    const terminal = new Terminal(120)
    anEpochAndAHalf(drive({ start: startEvent, stream: terminal.stream }))
    const first = '  128/54000 [..............................] - ETA: 210s - loss: 1.8943 - acc: 0.3818'
    const next = '  128/54000 [..............................] - ETA: 8s - loss: 0.5000 - acc: 0.7500'
    const [train, epoch1, line1, epoch2, line2] = TRANSCRIPT
    const [erase, inOneRow, wrapping] = ['\r\x1b[K', '\x1b[?7l', '\x1b[?7h']
    expect(terminal.writes.join('')).toBe(
      `${train}\n${epoch1}\n${first}${erase}${line1}\n${epoch2}\n${next}${erase}${inOneRow}${line2}${wrapping}`,
    )
  })

  test('while the last steps are validated the bar stays as it was', () => {
    const terminal = new Terminal(120)
    const run = drive({ start: startEvent, stream: terminal.stream })
    run.begin()
    run.step(421, 2.9, halfway)
    const before = terminal.screen()
    run.step(422, 3, halfway)
    expect(terminal.screen()).toEqual(before)
  })

  test.each(['interrupted', 'diverged'] as const)('%s: the bar stays, and what follows begins a line', (reason) => {
    const terminal = new Terminal(120)
    const run = drive({ start: startEvent, stream: terminal.stream })
    anEpochAndAHalf(run)
    run.stop(reason)
    terminal.write('Took 5 s.')
    expect(terminal.screen()).toEqual([...TRANSCRIPT, 'Took 5 s.'])
  })

  test('after the last epoch no empty line is left', () => {
    const terminal = new Terminal(120)
    const run = drive({ start: startEvent, stream: terminal.stream })
    run.begin()
    run.end(3.25, validated)
    run.stop()
    terminal.write('Took 5 s.')
    expect(terminal.screen()).toEqual([...TRANSCRIPT.slice(0, 3), 'Took 5 s.'])
  })
})

test("Keras 3's bar on a terminal", () => {
  const terminal = new Terminal(120)
  anEpochAndAHalf(drive({ start: startEvent, stream: terminal.stream, style: 'keras3', color: true }))
  expect(terminal.screen()).toEqual([
    'Epoch 1/100',
    '422/422 ━━━━━━━━━━━━━━━━━━━━ 3s 7ms/step - acc: 0.9092 - loss: 0.2969 - val_acc: 0.9640 - val_loss: 0.1136',
    'Epoch 2/100 - 5 min 22 s left',
    '219/422 ━━━━━━━━━━━━━━━━━━━━ 1s 7ms/step - acc: 0.9797 - loss: 0.0660',
  ])
})

describe('how often it draws', () => {
  test('20 times a second at most, and always when an epoch ends', () => {
    const terminal = new Terminal(120)
    const start = { ...startEvent, samples: 128_000, stepsPerEpoch: 1000 }
    const run = drive({ start, stream: terminal.stream })
    run.begin()
    const before = terminal.writes.length
    for (let step = 1; step <= 1000; step++) run.step(step, step / 1000, halfway)
    expect(terminal.writes.length - before).toBe(20)
    run.end(1.0001, validated)
    expect(terminal.screen().at(-2)).toContain('128000/128000 [====')
  })

  test('the first step of a slow epoch is shown at once', () => {
    const terminal = new Terminal(120)
    const run = drive({ start: startEvent, stream: terminal.stream })
    run.begin()
    run.step(1, 20, halfway)
    expect(terminal.screen().at(-1)).toContain('  128/54000 [')
  })
})

describe('the width of the window', () => {
  test('a line that is drawn again never wraps; one that stays is whole', () => {
    for (let columns = 1; columns <= 130; columns++) {
      const terminal = new Terminal(columns)
      const run = drive({ start: startEvent, stream: terminal.stream })
      anEpochAndAHalf(run)
      expect(terminal.liveRows()).toBe(1)
      run.end(3, validated)
      expect(terminal.lines().at(-2)).toMatch(/^54000\/54000 .* val_acc: 0\.9640$/)
    }
  })

  test('a narrower window wraps the old line; the next drawing removes all its rows', () => {
    const terminal = new Terminal(100)
    const run = drive({ start: startEvent, stream: terminal.stream })
    run.begin()
    run.step(100, 1, halfway)
    terminal.resize(30)
    expect(terminal.liveRows()).toBe(3)
    run.step(199, 1.9, halfway)
    run.step(200, 2.2, halfway)
    expect(terminal.screen()).toEqual([
      'Train on 54000 samples, valida',
      'te on 6000 samples',
      'Epoch 1/100',
      '25600/54000 - ETA: 2s - loss:',
    ])
  })

  test('nothing is drawn while it is resized, until 0.3 s after the last change', () => {
    const terminal = new Terminal(100)
    const run = drive({ start: startEvent, stream: terminal.stream })
    run.begin()
    run.step(1, 0, halfway)
    const before = terminal.writes.length
    for (let step = 2; step <= 50; step++) {
      if (step <= 20) terminal.resize(100 - step)
      run.step(step, step / 100, halfway)
      if (step < 50) expect(terminal.writes.length).toBe(before)
    }
    expect(terminal.writes.length).toBe(before + 1)
    expect(terminal.screen().at(-1)).toContain(' 6400/54000 [')
  })

  test.each([1, 2, 5])(
    'told late that it is narrower: after %d drawings nothing is left, nothing is lost',
    (drawings) => {
      for (const wide of [90, 100, 140]) {
        for (let narrow = 10; narrow < wide; narrow++) {
          for (const before of [0, 1, 3]) {
            const terminal = new Terminal(wide)
            const log = new Terminal(1000)
            const both = [terminal, log].map(({ stream }) => drive({ start: startEvent, stream }))
            for (const run of both) run.begin()
            let step = 100
            const draw = () => {
              for (const run of both) run.step(++step, step / 10, halfway)
            }
            for (let count = 0; count < before; count++) draw()
            terminal.reshape(narrow)
            for (let count = 0; count < drawings; count++) draw()
            terminal.tell()
            for (let count = 0; count < 5; count++) draw()
            expect(terminal.liveRows()).toBe(1)
            for (const run of both) run.end(50, validated)
            expect(terminal.lines()).toEqual(log.lines())
          }
        }
      }
    },
  )

  const moves = fc.array(
    fc.oneof(
      fc.record({ resize: fc.integer({ min: 1, max: 140 }) }),
      fc.record({ step: fc.integer({ min: 1, max: 421 }) }),
      fc.constant({ end: true }),
    ),
    { maxLength: 40 },
  )

  test.each(['keras1', 'keras3'] as const)('%s: no remains of old lines, whatever the window does', (style) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 140 }), moves, fc.boolean(), (columns, story, color) => {
        // so short that the time that is left is not shown, which needs room
        const start = { ...startEvent, epochs: 3 }
        const terminal = new Terminal(columns)
        const log = new Terminal(1000)
        const watched = drive({ start, stream: terminal.stream, style, color })
        const wide = drive({ start, stream: log.stream, style, color })
        const both = [watched, wide]
        for (const run of both) run.begin()
        let elapsed = 0
        for (const move of story) {
          elapsed += 0.1
          if ('resize' in move) terminal.resize(move.resize)
          else if ('step' in move) for (const run of both) run.step(move.step, elapsed, halfway)
          else {
            for (const run of both) {
              run.end(elapsed, validated)
              run.begin()
            }
            elapsed = 0
          }
        }
        for (const run of both) run.end(elapsed, validated)
        expect(terminal.lines()).toEqual(log.lines())
      }),
      { numRuns: 300 },
    )
  })
})

describe('not on a terminal', () => {
  test.each(['keras1', 'keras3'] as const)('%s: one line per epoch, without control codes', (style) => {
    const { stream, text } = pipe()
    anEpochAndAHalf(drive({ start: startEvent, stream, style, color: true }))
    const heading = style === 'keras1' ? 'Train on 54000 samples, validate on 6000 samples\n' : ''
    expect(text()).toBe(
      `${heading}Epoch 1/100 - 3s - loss: 0.2969 - acc: 0.9092 - val_loss: 0.1136 - val_acc: 0.9640\n`,
    )
  })
})

const LINES = {
  keras1: `Train on 54000 samples, validate on 6000 samples
Epoch 1/100
3s - loss: 0.2969 - acc: 0.9092 - val_loss: 0.1136 - val_acc: 0.9640
Epoch 2/100
`,
  keras3: `Epoch 1/100
422/422 - 3s - 8ms/step - acc: 0.9092 - loss: 0.2969 - val_acc: 0.9640 - val_loss: 0.1136
Epoch 2/100
`,
}

describe('verbose 2', () => {
  test.each(['keras1', 'keras3'] as const)('%s: a heading and a line, the same on a terminal and in a log', (style) => {
    const terminal = new Terminal(120)
    const { stream, text } = pipe()
    for (const to of [terminal.stream, stream])
      anEpochAndAHalf(drive({ start: startEvent, stream: to, style, verbose: 2, color: true }))
    expect(text()).toBe(LINES[style])
    expect(terminal.writes.join('')).toBe(LINES[style])
  })
})

test('verbose 0 writes nothing', () => {
  const terminal = new Terminal(120)
  const run = drive({ start: startEvent, stream: terminal.stream, verbose: 0 })
  anEpochAndAHalf(run)
  run.stop('interrupted')
  expect(terminal.writes).toEqual([])
})

test('an epoch of one step has no bar before it ends', () => {
  const start: StartEvent = { ...startEvent, samples: 100, stepsPerEpoch: 1, validationSamples: 0, epochs: 1 }
  for (const [style, line] of [
    ['keras1', 'Epoch 1/1\n100/100 [==============================] - 2s - loss: 0.5000\n'],
    ['keras3', '1/1 ━━━━━━━━━━━━━━━━━━━━ 2s 2s/step - loss: 0.5000\n'],
  ] as const) {
    const terminal = new Terminal(120)
    const run = drive({ start, stream: terminal.stream, style })
    run.begin()
    run.step(1, 1.9, { loss: 0.5 })
    run.end(2, { loss: 0.5 })
    expect(plain(terminal.writes.join(''))).toBe(line)
  }
})
