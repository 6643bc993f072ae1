/** `train summary SPEC` */
import { command, ONE_SPEC } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'
import { json, set } from '../options.js'

export const summary = command({
  usage: 'train summary SPEC',
  summary: 'print the layers and the cost of a model',
  help: `Prints the layers of a model with their output shapes and parameters, then how
much arithmetic and memory a training step takes. Does not train. SPEC is a JSON
file, or - for standard input. The summary goes to standard output.`,
  operands: ONE_SPEC,
  options: {
    set,
    json,
    svg: { type: 'text', value: 'FILE', help: 'Also write a picture of the model to this file' },
    explain: {
      type: 'flag',
      help: 'Also print what each compiler pass does, and where a step spends its time on engine onnx',
    },
  },
  exits: {
    done: EXIT_WORDS.done,
    badInput: EXIT_WORDS.badInput,
    ...ENDED_EXITS,
  },
  examples: [
    ['train summary specs/mnist-mlp.json', "print Keras' summary table, then the cost of a step"],
    ['train summary specs/mnist-resnet.json --svg resnet.svg', 'also draw the model'],
    ['train summary specs/mnist-mlp.json --explain', 'see what the compiler does and where the time goes'],
    ['train summary specs/mnist-mlp.json --json', 'for a program; its schema is specs/summary.schema.json'],
  ],
  run: async ([file], options, io) => (await import('../summary.js')).summarizeSpec(file!, options, io),
})
