/** A bundle: a folder with a model and all that its user needs to run it in Node, in a browser or in Python. */
import type { Named } from '../../../base/field.js'
import { jsonText } from '../../../base/json.js'
import { RUN_FILES } from '../../../spec/run-files.js'
import type { Format } from '../format.js'
import { onnxFile, onnxGraph } from '../onnx.js'
import { exampleOf } from './example.js'
import { PROGRAMS } from './programs.js'
import { readmeOf } from './readme.js'

export const BUNDLE: Format = {
  writes: 'folder',
  name: 'bundle',
  holdsPreparation: true,
  async make(trained, options) {
    const graph = await onnxGraph(trained, options)
    const texts: Named<string> = {
      'README.md': readmeOf(trained, graph, options),
      'example.json': `${JSON.stringify(exampleOf(trained, graph))}\n`,
      [RUN_FILES.spec]: jsonText(trained.spec),
      [RUN_FILES.preparation]: jsonText(trained.preparation),
      'package.json': jsonText(PACKAGE),
      ...PROGRAMS,
    }
    const files = Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)])
    return { 'model.onnx': onnxFile(trained, graph), ...Object.fromEntries(files) }
  },
}

/** So that \`npm install\` brings what the programs for Node and for browsers need. */
const PACKAGE = {
  private: true,
  type: 'module',
  dependencies: { 'onnxruntime-node': '^1.17.0', 'onnxruntime-web': '^1.17.0' },
}
