/** The formats of `train export`. A new one is a line here and in `format-names.ts`. */
import type { Format } from './format.js'
import type { ExportFormat } from './format-names.js'
import { kerasModelFile, kerasNotes } from './keras.js'
import { onnxModel } from './onnx.js'
import { tfjsFiles } from './tfjs.js'
import { csvWeights, safetensorsFile } from './weights.js'

export const FORMATS: { readonly [Name in ExportFormat]: Format } = {
  onnx: { writes: 'file', name: 'model.onnx', make: onnxModel, holdsPreparation: true },
  keras: { writes: 'file', name: 'model.keras', make: kerasModelFile, notes: kerasNotes },
  tfjs: { writes: 'folder', name: 'tfjs', make: tfjsFiles },
  safetensors: { writes: 'file', name: 'model.safetensors', make: safetensorsFile },
  csv: { writes: 'folder', name: 'csv', make: csvWeights },
}
