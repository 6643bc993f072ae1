/**
 * Sets the learning rate when an epoch begins: keras/src/callbacks/learning_rate_scheduler.py of Keras 3, from a
 * table.
 */
import type { Schedule } from '../schedules/schedule.js'
import type { Callback } from './callback.js'

/** `rates`: by epoch, counted from 0, the rate from then on; or a schedule whose steps are epochs. */
export function learningRateScheduler(rates: Readonly<Record<string, number>> | Schedule): Callback<null> {
  const rateOf = typeof rates === 'function' ? rates : (epoch: number) => rates[epoch]
  return {
    logsLearningRate: true,
    initial: null,
    onEpochBegin(epoch) {
      const value = rateOf(epoch - 1)
      return value === undefined ? [] : [{ type: 'setLearningRate', value }]
    },
  }
}
