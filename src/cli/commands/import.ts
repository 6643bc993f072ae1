/** `train import FILE` */
import { command } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'

export const importModel = command({
  usage: 'train import FILE',
  summary: 'make a spec of a model of Keras or TensorFlow.js',
  help: `Makes a spec of a model that Keras 1, 2 or 3 or TensorFlow.js saved: .keras,
.h5, the JSON of model.to_json(), or model.json with its weights. The layers
become the model of the spec; the loss, the optimizer and the metrics go along.
The weights are written into the folder "model" beside the spec, whose field
"start" names it. The data are yours to fill in. If a spec cannot have a layer
or an argument, nothing is written and all of them are listed.`,
  operands: { least: 1, most: 1, few: 'No file is given', many: 'Only one file can be given' },
  options: {
    output: {
      type: 'text',
      value: 'SPEC',
      alias: 'o',
      default: 'spec.json',
      help: 'Write the spec to this new file',
    },
    shape: {
      type: 'texts',
      value: '[INPUT=]SIZES',
      help: 'Shape of an input whose sizes the file leaves open, without the batch. Example: 20,3 or words=20',
    },
  },
  exits: { done: EXIT_WORDS.done, badInput: 'a problem with the file, the command line or writing a file' },
  examples: [
    ['train import model.keras -o imported/spec.json', 'writes imported/spec.json and imported/model/'],
    ['train import model.h5 -o old/spec.json --shape 100', 'for sequences of any length, takes 100 steps'],
    ['train imported/spec.json', 'trains on, when its data are filled in'],
  ],
  run: async ([file], options, io) => (await import('../import.js')).importFile(file!, options, io),
})
