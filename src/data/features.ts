/** A data set of features: the hidden probabilities of an RBM for the samples of another data set. */
import { batches, type DataInfo, type Dataset, type Samples } from './dataset.js'

export const featuresInfo = (info: DataInfo, units: number): DataInfo => ({
  ...info,
  sampleShape: [units],
  divisor: 1,
  values: 'probability',
})

/** Computes the features of a batch, (samples, units). */
export type Features = (batch: {
  readonly size: number
  readonly arrays: { readonly x: Samples['x'] }
}) => Promise<Float32Array>

export async function withFeatures(
  { info, train, test }: Dataset,
  units: number,
  batchSize: number,
  features: Features,
): Promise<Dataset> {
  const of = async (samples: Samples): Promise<Samples> => {
    const { count, y } = samples
    const x = new Float32Array(count * units)
    let row = 0
    for await (const batch of batches(samples, { batchSize })) {
      x.set(await features(batch), row * units)
      row += batch.size
    }
    return { count, x, y }
  }
  return { info: featuresInfo(info, units), train: await of(train), test: await of(test) }
}
