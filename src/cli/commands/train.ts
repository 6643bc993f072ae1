/** `train SPEC`: the command without a name of its own. */
import type { StyleName } from '../../report/reporter.js'
import { command, ONE_SPEC } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'
import {
  allowChange,
  device,
  engine,
  HISTORY_FORMATS,
  insecure,
  out,
  pauseAfter,
  set,
  token,
  workers,
} from '../options.js'

const STYLES: Readonly<Record<StyleName, string>> = { keras1: 'the bar of Keras 1', keras3: 'the bar of Keras 3' }

const VERBOSE = {
  0: 'only errors',
  1: 'a progress bar, or one line per epoch if standard error is not a terminal',
  2: 'one line per epoch',
  3: 'the same as 1, plus messages of native libraries',
} as const

export const train = command({
  usage: 'train SPEC',
  summary: 'train a model',
  help: `Trains the model that a JSON file describes, and saves the model and its history
in a folder. SPEC is a JSON file, or - for standard input. Progress goes to
standard error.`,
  operands: ONE_SPEC,
  options: {
    set,
    expect: {
      type: 'texts',
      value: 'EXPECTATION',
      help: "Bound for a final value, such as 'val_acc>=0.975'. Adds to those of the spec. If one is not met, the exit code is 1. Repeatable",
    },
    engine,
    device,
    workers,
    style: { type: 'choice', value: 'NAME', help: 'Style of the progress bar', choices: STYLES, default: 'keras1' },
    verbose: {
      type: 'choice',
      value: 'LEVEL',
      help: 'How much to print',
      choices: VERBOSE,
      default: '1',
      alias: 'v',
    },
    out,
    resume: {
      type: 'flag',
      help: 'Go on with the run in --out FOLDER if there is one, as `train resume` does; else begin it',
      needs: 'out',
    },
    'allow-change': { ...allowChange, needs: 'resume' },
    'pause-after': pauseAfter,
    history: { type: 'text', value: 'FILE', help: 'Also write the history to this file; - is standard output' },
    'history-format': {
      type: 'choice',
      value: 'FORMAT',
      help: 'Format of the --history file. Default: by its name, else json',
      choices: HISTORY_FORMATS,
      needs: 'history',
    },
    events: {
      type: 'text',
      value: 'PLACE',
      help: 'Write each event of training as a line of JSON: to a file, to standard output (-), or to a file descriptor (fd:3). Its schema is specs/events.schema.json. A place that fails gives one warning, and training continues',
    },
    mlflow: {
      type: 'text',
      value: 'URI',
      help: 'Give parameters, metrics and the files of the run to the tracking server of MLflow at this address, such as http://127.0.0.1:5000. If it fails, there is one warning, and training continues',
    },
    hosts: {
      type: 'text',
      value: 'HOST:PORT,...',
      help: 'Train on these machines too, where `train worker` waits, and share each batch with them. Those that do not have the files of the data get them once',
      needs: 'token',
    },
    token: { ...token, needs: 'hosts' },
    'hosts-min': {
      type: 'count',
      value: 'N',
      help: 'Fewest machines that train, this one included. Default: all',
      needs: 'hosts',
    },
    'hosts-wait': {
      type: 'count',
      value: 'SECONDS',
      help: 'Time to wait for machines. Default: 600 at the beginning, 60 when one was lost',
      most: 1_000_000,
      needs: 'hosts',
    },
    insecure: { ...insecure, needs: 'hosts' },
  },
  exits: EXIT_WORDS,
  examples: [
    ['train specs/mnist-mlp.json', 'train on all of MNIST; results go to runs/mnist-mlp/1'],
    ['train specs/mnist-mlp.json --set fit.epochs=3', 'train for three epochs'],
    [
      'train more.json --set start=runs/mnist-mlp/1',
      'begin with the weights of a run; its path is relative to the spec',
    ],
    ["train specs/mnist-mlp.json --expect 'val_acc>=0.975'", 'in CI: exit code 1 if accuracy is lower'],
    ['train specs/mnist-mlp.json --history - --history-format csv', 'stream one row per epoch to a plotting tool'],
    ['train specs/mnist-mlp.json --out run --resume', 'for a scheduler that starts a killed job again'],
    ['train specs/mnist-mlp.json --events -', 'stream everything that happens to a program'],
    ['train specs/mnist-mlp.json --hosts b:7070,c:7070 --token hosts.token', 'train on three machines'],
  ],
  run: async ([file], options, io, { train: own }) =>
    (await import('../train.js')).trainSpec(file!, options, own!.options, io),
})
