/** CSVLogger writes Keras' file, to the byte. */
import { expect, test } from 'vitest'
import { callbacksOf, epochEnd, Player } from '../../support/callbacks.js'
import { kerasFixture } from '../../support/keras.js'

const { rows, cases } = kerasFixture('csv_logger')

test.each(cases.map((one) => [`${one.rows}, ${JSON.stringify([one.separator, one.before])}`, one] as const))(
  '%s',
  (_, { rows: name, separator, before, text }) => {
    const logger = { type: 'CSVLogger', filename: 'log.csv', separator, append: before !== null }
    const withRate = 'learning_rate' in rows[name]![0]!
    const events = rows[name]!.map(({ learning_rate, ...metrics }, index) =>
      epochEnd(index + 1, metrics, learning_rate),
    )
    const keys = Object.keys(events[0]!.metrics)
    const specs = withRate ? ['ReduceLROnPlateau', logger] : [logger]
    const callbacks = callbacksOf(specs).map((callback) => new Player(callback, keys))
    const actions = callbacks.flatMap((callback) => [
      ...callback.begin(),
      ...events.flatMap((event) => callback.epochEnd(event)),
    ])
    let file = before ?? ''
    for (const action of actions) {
      if (action.type !== 'appendText') continue
      expect(action.path).toBe('log.csv')
      file += file === '' ? action.header + action.text : action.text
    }
    expect(file).toBe(text)
  },
)

test('there is a learning rate only after a callback that logs it', () => {
  const logger = { type: 'CSVLogger', filename: 'log.csv' }
  const header = (specs: readonly object[]) => {
    const [action] = callbacksOf(specs).flatMap((callback) => callback.onBegin?.(['loss']) ?? [])
    return action?.type === 'appendText' ? action.header : undefined
  }
  const scheduler = { type: 'LearningRateScheduler', rates: { 0: 0.1 } }
  expect(header([scheduler, logger])).toBe('epoch,learning_rate,loss,val_learning_rate,val_loss\r\n')
  expect(header([logger, scheduler])).toBe('epoch,loss,val_loss\r\n')
})
