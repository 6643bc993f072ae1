/** `train find-lr SPEC` */
import { command, ONE_SPEC } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'
import { device, engine, json, out, set } from '../options.js'

export const findLr = command({
  usage: 'train find-lr SPEC',
  summary: 'suggest a learning rate',
  help: `Suggests a learning rate for a spec. It trains while the learning rate grows with each step, watches the loss, and
stops when the loss is 4 times its lowest value. The trained weights are thrown away. SPEC is a JSON file, or - for
standard input. The suggestion goes to standard output; a picture and the numbers of the curve go to a folder.`,
  operands: ONE_SPEC,
  options: {
    set,
    engine,
    device,
    out,
    steps: {
      type: 'count',
      value: 'N',
      help: 'Steps from a learning rate of 1e-7 to a rate of 10, at least 20',
      default: '100',
    },
    json: { ...json, help: 'Print one JSON document instead of the report' },
  },
  exits: {
    done: EXIT_WORDS.done,
    expectationFailed: 'no rate can be suggested',
    badInput: EXIT_WORDS.badInput,
    diverged: 'the loss is NaN or infinite from the first step on',
    ...ENDED_EXITS,
  },
  examples: [
    ['train find-lr specs/mnist-mlp.json', 'the suggestion, and a command that uses it'],
    ['train find-lr specs/mnist-mlp.json --steps 300', 'a smoother curve'],
    ['train find-lr specs/mnist-mlp.json --json', 'for a program: specs/find-lr.schema.json'],
  ],
  run: async ([file], options, io) => (await import('../find-lr.js')).findLr(file!, options, io),
})
