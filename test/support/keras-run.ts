/** Whole runs from the weights that test/fixtures/keras/ begins with. */
import type { Session } from '../../src/run/session.js'
import type { Metrics } from '../../src/training/events.js'
import { initialWeight } from './keras.js'
import { NO_FILES, trainToEnd } from './loop.js'

/** Writes the weights of Keras into each matrix. Vectors begin alike without that. */
export async function writeInitialWeights({ model, runner }: Session): Promise<void> {
  const matrices = model.weights.filter(({ shape }) => shape.length > 1)
  await runner.write(Object.fromEntries(matrices.map(({ name, shape }) => [name, initialWeight(name, shape)])))
}

/** Trains from these weights, by default for all epochs. Returns the loss and the metrics of each epoch. */
export async function epochsFromKeras(session: Session, epochs = session.training.epochs): Promise<Metrics[]> {
  await writeInitialWeights(session)
  const { signal } = new AbortController()
  const events = await trainToEnd({ ...session.training, epochs, files: NO_FILES, signal, now: () => 0 })
  return events.flatMap((event) => (event.type === 'epochEnd' ? [event.metrics] : []))
}
