/** `train validate FILE...` */
import { command } from '../command.js'
import { set } from '../options.js'

export const validate = command({
  usage: 'train validate FILE...',
  summary: 'check specs without training',
  help: `Checks specs without training: syntax, names, ranges, and whether the shapes of
the model fit the data. Prints every problem with its line and column. FILE is a
JSON file, or - for standard input.`,
  operands: { least: 1, most: Number.POSITIVE_INFINITY, few: 'No spec is given', many: '' },
  options: { set },
  exits: { done: 'every spec is valid', badInput: 'a problem with a spec or with the command line' },
  examples: [
    ['train validate specs/mnist-*.json', 'check several specs'],
    ['train validate specs/mnist-mlp.json --set model.layers.2.rate=0.5', 'check a change before you make it'],
  ],
  run: async (files, options, io) => (await import('../validate.js')).validateSpecs(files, options, io),
})
