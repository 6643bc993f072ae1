/** Formats of exported models by name, for the help. */
export const EXPORT_FORMATS = {
  onnx: 'one file for ONNX Runtime 1.17 and newer, for batches of any size',
  tfjs: 'the folder that TensorFlow.js opens: model.json and weights.bin',
} as const

export type ExportFormat = keyof typeof EXPORT_FORMATS
