/** `train evaluate RUN` */
import { command } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine, json, set } from '../options.js'

export const evaluate = command({
  usage: 'train evaluate RUN [DATA]',
  summary: 'measure a trained model on test data',
  help: `Measures the loss and the metrics of a trained model on the test set of its
spec, or on DATA: a file or a folder with rows and their targets, NAME=FILE for
arrays by name, or a set that comes with the program. Rows are prepared as in
training; the training rows are read only if the test set is a share of them.
RUN is the folder of a run, such as runs/mnist-mlp/1. The results go to standard
output.`,
  operands: { least: 1, most: 64, few: 'No run is given', many: 'Too many files are given' },
  options: {
    set,
    engine,
    device,
    ais: {
      type: 'text',
      value: 'SETTINGS',
      help: 'For an RBM: estimate log Z by annealed importance sampling. Example: chains=100,betas=10000',
    },
    exact: {
      type: 'flag',
      help: 'For an RBM: compute log Z exactly. Needs a layer of at most 25 units; if the visible units are Gaussian, the hidden layer',
    },
    json,
  },
  exits: RUN_EXITS,
  examples: [
    ['train evaluate runs/mnist-mlp/1', 'print loss and metrics on the test set'],
    ['train evaluate runs/mnist-mlp/1 mnist-10k', 'use another data set'],
    ['train evaluate runs/iris/1 later.csv', 'measure on rows that came later'],
    ['train evaluate runs/rbm-mnist-pcd/1 --ais chains=100,betas=10000', 'estimate the log-likelihood of an RBM'],
    ['train evaluate runs/mnist-mlp/1 --json', 'for a program; its schema is specs/evaluate.schema.json'],
  ],
  run: async ([directory, ...given], options, io) =>
    (await import('../evaluate.js')).evaluateRun(directory!, given, options, io),
})
