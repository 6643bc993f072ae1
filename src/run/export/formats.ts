/** The formats of `train export`. A new one is a line here and in `format-names.ts`. */
import type { Format } from './format.js'
import type { ExportFormat } from './format-names.js'
import { onnxModel } from './onnx.js'
import { tfjsFiles } from './tfjs.js'

export const FORMATS: { readonly [Name in ExportFormat]: Format } = {
  onnx: { writes: 'file', name: 'model.onnx', make: onnxModel },
  tfjs: { writes: 'folder', name: 'tfjs', make: tfjsFiles },
}
