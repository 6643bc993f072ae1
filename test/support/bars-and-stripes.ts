/** A spec that trains in a moment: a layer on bars and stripes of 3 x 3 pixels. */
export const BARS_AND_STRIPES = {
  data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 2, activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  optimizer: 'Adam',
  engine: 'onnx',
  fit: { epochs: 3, batch_size: 4 },
}
