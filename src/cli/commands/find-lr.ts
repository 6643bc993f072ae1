/** `train find-lr SPEC` */
import { command, ONE_SPEC } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'
import { device, engine, json, out, set, workers } from '../options.js'

export const findLr = command({
  usage: 'train find-lr SPEC',
  summary: 'suggest a learning rate',
  help: `Suggests a learning rate for a spec. Trains with a learning rate that grows at
every step, and stops when the loss is 4 times its lowest value. The trained
weights are not kept. SPEC is a JSON file, or - for standard input. The
suggestion goes to standard output. The loss at each learning rate goes to a
folder, as a picture and as numbers.`,
  operands: ONE_SPEC,
  options: {
    set,
    engine,
    device,
    workers,
    out,
    steps: {
      type: 'count',
      value: 'N',
      help: 'Steps in which the learning rate grows from 1e-7 to 10; at least 20',
      default: '100',
    },
    json: { ...json, help: 'Print one JSON document instead of the report' },
  },
  exits: {
    done: EXIT_WORDS.done,
    expectationFailed: 'no learning rate can be suggested',
    badInput: EXIT_WORDS.badInput,
    diverged: 'the loss is NaN or infinite from the first step on',
    ...ENDED_EXITS,
  },
  examples: [
    ['train find-lr specs/mnist-mlp.json', 'print a learning rate, and a command that uses it'],
    ['train find-lr specs/mnist-mlp.json --steps 300', 'get a smoother curve'],
    ['train find-lr specs/mnist-mlp.json --json', 'for a program; its schema is specs/find-lr.schema.json'],
  ],
  run: async ([file], options, io) => (await import('../find-lr.js')).findLearningRate(file!, options, io),
})
