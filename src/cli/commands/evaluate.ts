/** `train evaluate RUN` */
import { command, ONE_RUN } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine, json, set } from '../options.js'

export const evaluate = command({
  usage: 'train evaluate RUN',
  summary: 'measure a trained model on test data',
  help: `Measures the loss and the metrics of a trained model on the test set of its
spec, or on other data. RUN is the folder of a run, such as runs/mnist-mlp/1.
The results go to standard output.`,
  operands: ONE_RUN,
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
    ['train evaluate runs/mnist-mlp/1 --set data.dataset=mnist-10k', 'use another data set'],
    ['train evaluate runs/rbm-mnist-pcd/1 --ais chains=100,betas=10000', 'estimate the log-likelihood of an RBM'],
    ['train evaluate runs/mnist-mlp/1 --json', 'for a program; its schema is specs/evaluate.schema.json'],
  ],
  run: async ([directory], options, io) => (await import('../evaluate.js')).evaluateRun(directory!, options, io),
})
