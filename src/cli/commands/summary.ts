/** `train summary SPEC` */
import { command, ONE_SPEC } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'
import { json, set } from '../options.js'

export const summary = command({
  usage: 'train summary SPEC',
  summary: 'print the layers of a model and the cost of a step',
  help: `Prints the layers of a model with their shapes and parameters, and the arithmetic and memory of a training step.
Trains nothing. SPEC is a JSON file, or - for standard input. The summary goes to standard output.`,
  operands: ONE_SPEC,
  options: {
    set,
    json,
    svg: { type: 'text', value: 'FILE', help: 'Write a picture of the model to this file' },
    explain: {
      type: 'flag',
      help: 'Print what each compiler pass does too, and where the time of a step goes on engine onnx',
    },
  },
  exits: {
    done: EXIT_WORDS.done,
    badInput: EXIT_WORDS.badInput,
    ...ENDED_EXITS,
  },
  examples: [
    ['train summary specs/mnist-mlp.json', 'the table of Keras, then the cost of a step'],
    ['train summary specs/mnist-resnet.json --svg resnet.svg', 'draw the model too'],
    ['train summary specs/mnist-mlp.json --explain', 'see what the compiler does and where the time goes'],
    ['train summary specs/mnist-mlp.json --json', 'for a program: specs/summary.schema.json'],
  ],
  run: async ([file], options, io) => (await import('../summary.js')).summary(file!, options, io),
})
