/** `train export RUN` */
import { EXPORT_FORMATS } from '../../run/export/format-names.js'
import { command, ONE_RUN } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'

export const exportModel = command({
  usage: 'train export RUN',
  summary: 'write a trained model for another program',
  help: `Writes a trained model in the format of another program. RUN is the folder of a
run, such as runs/mnist-mlp/1. Inputs and outputs have their names in the spec.
Prints the paths of the files.`,
  operands: ONE_RUN,
  options: {
    to: { type: 'choice', value: 'FORMAT', help: 'Format to write', choices: EXPORT_FORMATS, default: 'onnx' },
    out: {
      type: 'text',
      value: 'PATH',
      help: 'File to write, or folder, which must be new or empty. Default: in RUN, named after the format',
      alias: 'o',
    },
  },
  exits: RUN_EXITS,
  examples: [
    ['train export runs/mnist-mlp/1', 'write runs/mnist-mlp/1/model.onnx'],
    ['train export runs/mnist-mlp/1 --to keras -o digits.keras', 'write a file that Keras loads'],
    ['train export runs/mnist-mlp/1 --to tfjs -o web', 'write web/model.json and web/weights.bin'],
  ],
  run: async ([directory], options, io) => (await import('../export.js')).exportRun(directory!, options, io),
})
