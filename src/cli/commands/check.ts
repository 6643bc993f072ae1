/** `train check RUN` */
import { command } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'
import { json } from '../options.js'

const PLACE = '; - is standard output, in place of the text'

export const check = command({
  usage: 'train check RUN...',
  summary: 'fail if a run is worse than it must be',
  help: `Checks a finished run: the expectations of its spec and, with --baseline, its
measures against those of earlier runs. Several runs of one spec are compared
by their mean. RUN is the folder of a run, such as runs/mnist-mlp/1, or its
history.json. A measure fails if it is worse than the baseline by more than its
tolerance and by more than chance explains; a missing number and NaN fail. The
result goes to standard output.`,
  operands: { least: 1, most: 1000, few: 'No run is given', many: 'Too many runs are given' },
  options: {
    baseline: {
      type: 'text',
      value: 'FILE',
      help: 'Baseline to compare with: a file of `train baseline`, or the folder or history.json of an earlier run',
    },
    tolerance: {
      type: 'texts',
      value: 'KEY=CHANGE',
      help: 'Measure to compare, and the change for the worse that is accepted: val_acc=0.003, or val_loss=2% of the baseline. Repeatable. Default: all measures of the test, else of validation, else of training, without a tolerance',
    },
    mode: {
      type: 'texts',
      value: 'KEY=MODE',
      help: 'Whether smaller or larger values are better, min or max, of a measure of which this is not known. Repeatable',
    },
    confidence: {
      type: 'text',
      value: 'SHARE',
      help: 'Probability that runs of the unchanged program pass, if the baseline has several runs. Default: 0.995',
    },
    'other-spec': { type: 'flag', help: 'Compare although the baseline is that of a spec with another name' },
    json,
    markdown: { type: 'text', value: 'FILE', help: `Also write a Markdown table${PLACE}` },
    junit: { type: 'text', value: 'FILE', help: `Also write JUnit XML, for the test results of a CI server${PLACE}` },
    gitlab: { type: 'text', value: 'FILE', help: `Also write a metrics report of GitLab${PLACE}` },
    github: {
      type: 'flag',
      help: 'In GitHub Actions: annotate what failed, and add the Markdown table to the summary of the step',
    },
  },
  exits: {
    done: 'everything passed',
    expectationFailed: 'an expectation or a comparison failed',
    badInput: 'a problem with a run, the baseline, the command line or writing a file',
    internal: EXIT_WORDS.internal,
  },
  examples: [
    ['train check runs/mnist-mlp/1', 'the expectations of its spec'],
    ['train check runs/mnist-mlp/1 --baseline baseline.json', 'fail if it is worse than the baseline'],
    [
      'train check runs/mnist-mlp/1 --baseline runs/best --tolerance val_acc=0.003',
      'against one run: at most 0.003 less accurate',
    ],
    ['train check runs/mnist-mlp/1 --junit check.xml', 'for a CI server that shows results of tests'],
    ['train check runs/mnist-mlp/1 --baseline baseline.json --github', 'in a workflow of GitHub Actions'],
    ['train check runs/mnist-mlp/1 --json', 'for a program; its schema is specs/check.schema.json'],
  ],
  run: async (runs, options, io) => (await import('../check.js')).check(runs, options, io),
})
