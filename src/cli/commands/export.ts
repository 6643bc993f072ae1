/** `train export RUN` */
import { EXPORT_FORMATS } from '../../run/export/format-names.js'
import { command, ONE_RUN } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'

export const exportModel = command({
  usage: 'train export RUN',
  summary: 'write a trained model for another program',
  help: `Writes a trained model in the format of another program. RUN is the folder of a
run, such as runs/mnist-mlp/1. Inputs and outputs have their names in the spec.
The model of an RBM gives the probabilities of its hidden units. Prints the
paths of the files.`,
  operands: ONE_RUN,
  options: {
    to: { type: 'choice', value: 'FORMAT', help: 'Format to write', choices: EXPORT_FORMATS, default: 'onnx' },
    out: {
      type: 'text',
      value: 'PATH',
      help: 'File to write, or folder, which must be new or empty. Default: in RUN, named after the format',
      alias: 'o',
    },
    'with-preparation': {
      type: 'flag',
      help: 'Put the preparation of data into the model, so that it takes rows as they are in the data. For onnx',
    },
    bundle: {
      type: 'text',
      value: 'FOLDER',
      help: 'Write a folder to hand on, which must be new or empty: the model as onnx, its preparation, and programs for Node, browsers and Python that use it',
    },
  },
  exits: RUN_EXITS,
  examples: [
    ['train export runs/mnist-mlp/1', 'write runs/mnist-mlp/1/model.onnx'],
    [
      'train export runs/titanic/1 --with-preparation -o titanic.onnx',
      'write a model that takes ages and names of classes',
    ],
    ['train export runs/mnist-mlp/1 --bundle digits', 'write a folder with programs that use the model'],
    ['train export runs/mnist-mlp/1 --to keras -o digits.keras', 'write a file that Keras loads'],
    ['train export runs/mnist-mlp/1 --to tfjs -o web', 'write web/model.json and web/weights.bin'],
  ],
  run: async ([directory], options, io) => (await import('../export.js')).exportRun(directory!, options, io),
})
