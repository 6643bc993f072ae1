/** `train resume RUN` */
import { command } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'
import { allowChange, device, engine, pauseAfter, set, workers } from '../options.js'
import { train } from './train.js'

const { expect, style, verbose, history, events, mlflow } = train.options

export const resume = command({
  usage: 'train resume RUN',
  summary: 'go on with a run that was interrupted',
  help: `Goes on with a run from its last checkpoint, also after it was killed. It ends
as if it had never been interrupted: with the same weights and measures, bit for
bit, on the same engine and number of processors. RUN is the folder of the run,
such as runs/mnist-mlp/1. More epochs may be given, even to a complete run; any
other change of the spec or of the data is refused without --allow-change.`,
  operands: { least: 1, most: 1, few: 'No run is given', many: 'More than one run is given' },
  options: {
    set,
    expect,
    engine: { ...engine, help: 'Engine to use. Default: that of the checkpoint' },
    device,
    workers,
    'allow-change': allowChange,
    'pause-after': pauseAfter,
    style,
    verbose,
    history,
    'history-format': train.options['history-format'],
    events,
    mlflow,
  },
  exits: EXIT_WORDS,
  examples: [
    ['train resume runs/mnist-mlp/1', 'go on where the run was interrupted'],
    ['train resume runs/mnist-mlp/1 --set fit.epochs=40', 'train for more epochs'],
  ],
  run: async ([directory], options, io) => (await import('../resume.js')).resumeRun(directory!, options, io),
})
