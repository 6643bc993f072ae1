/** Formats of exported models by name, for the help. */
export const EXPORT_FORMATS = {
  onnx: 'one file for ONNX Runtime 1.17 and newer, for batches of any size',
  keras: 'the .keras file of Keras 3, which Keras loads and trains on',
  tfjs: 'the folder that TensorFlow.js opens: model.json and weights.bin',
  safetensors: 'the weights alone, with the spec and the preparation as metadata',
  csv: 'a folder with the weights as text, a file for each',
} as const

export type ExportFormat = keyof typeof EXPORT_FORMATS
