/** Sets the learning rate when an epoch begins: keras/src/callbacks/learning_rate_scheduler.py of Keras 3, from a table. */
import type { Schedule } from '../schedules/schedule.js'
import { type Callback, IDLE } from './callback.js'

/** Rates by the epoch, from 0, from which they hold; or a schedule whose steps are epochs. */
export function learningRateScheduler(rates: Readonly<Record<string, number>> | Schedule): Callback {
  const rateOf = typeof rates === 'function' ? rates : (epoch: number) => rates[epoch]
  return {
    ...IDLE,
    logsLearningRate: true,
    onEpochBegin(epoch) {
      const value = rateOf(epoch - 1)
      return value === undefined ? [] : [{ type: 'setLearningRate', value }]
    },
  }
}
