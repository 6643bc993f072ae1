/** Names of engines; the command line offers the same. */
export const ENGINES = {
  auto: 'onnx, or eager where ONNX Runtime cannot be loaded',
  onnx: 'compiled: ONNX Runtime and WebAssembly',
  tensorflow: "compiled: TensorFlow's C library, where there is one",
  eager: 'operation by operation in plain JavaScript: slow, the reference',
} as const
