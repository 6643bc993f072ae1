/** The README of a bundle. */
import type { OnnxGraph, OnnxValue } from '../../../engine/compiled/onnx/model-writer.js'
import type { TrainedModel } from '../../open-model.js'
import { ownVersion } from '../../versions.js'
import type { ExportOptions } from '../format.js'

export const readmeOf = (
  { spec }: TrainedModel,
  graph: OnnxGraph,
  { withPreparation }: ExportOptions,
): string => `# ${spec.name}

A model that trainspec ${ownVersion()} has trained.

| file | holds |
| --- | --- |
| \`model.onnx\` | the model for ONNX Runtime 1.17 and newer. Its metadata have \`spec\`, \`preparation\` and \`class_names\` |
| \`spec.json\` | all settings of the training |
| \`preparation.json\` | what the preparation has learned from the training rows: means, vocabularies |
| \`example.json\` | rows to try the model with, which are made up, and the names of its classes |

## Inputs

${withPreparation ? WITH_PREPARATION : WITHOUT_PREPARATION} \`batch\` is any number of rows.

${tableOf(graph.inputs)}

## Outputs

${tableOf(graph.outputs)}

## Programs

Each runs the model on the rows of \`example.json\` and prints a line for each: the class with the highest value, or the values.

- Node: \`npm install --ignore-scripts\`, then \`node predict.js\`
- Browser: \`npm install --ignore-scripts\`, then \`python3 -m http.server\`, and open http://localhost:8000
- Python: \`pip install onnxruntime numpy\`, then \`python3 predict.py\`
`

const WITH_PREPARATION =
  'The model takes columns of the data as they are; it prepares them itself. In a text a gap is an empty one, in numbers NaN.'
const WITHOUT_PREPARATION =
  'The model takes rows that are prepared as `preparation.json` says. `train export --with-preparation` writes a model that prepares them itself.'

const tableOf = (values: readonly OnnxValue[]): string =>
  [
    '| name | type | shape |',
    '| --- | --- | --- |',
    ...values.map(
      ({ name, element, shape }) => `| ${name.replaceAll('|', '\\|')} | ${element} | (${shape.join(', ')}) |`,
    ),
  ].join('\n')
