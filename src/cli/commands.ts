/** The commands, for the parser and for help. */
import { TARGETS } from '../libtensorflow/target.js'
import { EXIT_WORDS, type ExitName } from './exit-codes.js'
import type { CommandName, OptionName } from './options.js'

export interface Command {
  readonly usage: string
  readonly help: string
  readonly operands: Operands
  /** What its exit codes say. */
  readonly exits: Partial<Readonly<Record<ExitName, string>>>
  /** A command line and what it does. */
  readonly examples: readonly (readonly [string, string])[]
}

/** What a command takes besides options. */
export interface Operands {
  readonly least: number
  readonly most: number
  /** What is wrong with fewer, and with more. */
  readonly few: string
  readonly many: string
  /** Allowed words and what they mean; without it they are files. */
  readonly words?: Readonly<Record<string, string>>
  /** An option with which none is needed. */
  readonly noneWith?: OptionName
}

const A_RUN: Operands = { least: 1, most: 1, few: 'No run is given', many: 'One run at a time' }

const ASKED_TO_END = {
  hungUp: EXIT_WORDS.hungUp,
  interrupted: EXIT_WORDS.interrupted,
  terminated: EXIT_WORDS.terminated,
}

const RUN_EXITS: Command['exits'] = {
  done: EXIT_WORDS.done,
  badInput: 'the run, the data or the command line is wrong',
  internal: EXIT_WORDS.internal,
  ...ASKED_TO_END,
}

export const COMMANDS: { readonly [Name in CommandName]: Command } = {
  train: {
    usage: 'train SPEC [options]',
    help: `Trains the network that a JSON file describes: data, layers, optimizer, loss, early stopping.
SPEC is a file, or - for standard input. Progress goes to standard error.

  train validate FILE...        checks specs and trains nothing
  train setup tensorflow|cuda   brings the library of engine tensorflow
  train doctor                  says what this machine can do, and what it lacks
  train bench SPEC              times a spec on every engine
  train find-lr SPEC            says which learning rate a spec wants
  train summary SPEC            shows the layers of a model, and what a step of it takes
  train evaluate RUN            measures a trained model on the test set
  train sample RUN              draws from a trained RBM
  train transform RUN [DATA]    writes the hidden units of a trained RBM as features`,
    operands: { least: 1, most: 1, few: 'No spec is given', many: 'One spec at a time' },
    exits: EXIT_WORDS,
    examples: [
      ['train specs/mnist-mlp.json', 'all of MNIST, with a bar; results in runs/mnist-mlp/1'],
      ['train specs/mnist-mlp.json --set fit.epochs=3', 'the same for three epochs'],
      ["train specs/mnist-mlp.json --expect 'val_acc>=0.975'", 'for CI: exit code 1 when it got worse'],
      ['train specs/mnist-mlp.json --history - --history-format csv', 'rows for a plotting tool'],
    ],
  },
  validate: {
    usage: 'train validate FILE... [options]',
    help: `Checks specs and trains nothing: syntax, names, ranges, and the shapes of the model with its data.
Every problem is printed with its line and column. FILE may be - for standard input.`,
    operands: { least: 1, most: Number.POSITIVE_INFINITY, few: 'No spec is given', many: '' },
    exits: { done: EXIT_WORDS.done, badInput: EXIT_WORDS.badInput },
    examples: [
      ['train validate specs/mnist-*.json', 'several specs at once'],
      ['train validate specs/mnist-mlp.json --set model.layers.2.rate=0.5', 'a change before it is made'],
    ],
  },
  setup: {
    usage: 'train setup tensorflow|cuda [options]',
    help: `Brings TensorFlow's C library for engine tensorflow into your cache, tries it out, and takes it away again.
What is cut off goes on where it was. Standard output gets the folder of the library.`,
    operands: {
      least: 1,
      most: 1,
      few: 'Nothing to set up is given',
      many: 'One at a time',
      words: TARGETS,
      noneWith: 'remove',
    },
    exits: {
      done: 'installed, was there already, or removed',
      badInput: 'it could not be installed, or the command line is wrong; nothing was changed',
      internal: EXIT_WORDS.internal,
      ...ASKED_TO_END,
    },
    examples: [
      ['train setup tensorflow', 'the official package, for the processor'],
      ['train setup cuda --dry-run', 'how much would be fetched for an NVIDIA device'],
      ['train setup tensorflow --from venv/lib/python3.12/site-packages', 'without a network'],
      ['train setup --remove', 'takes back all of it'],
    ],
  },
  doctor: {
    usage: 'train doctor [options]',
    help: `Says what this machine can do: processor, GPUs, libraries, engines; whether each engine computes rightly and how
fast; what is missing, and the command that brings it. Takes about ten seconds, more with slow engines.
The report is standard output; what is under way is shown on standard error.`,
    operands: { least: 0, most: 0, few: '', many: 'train doctor takes no words' },
    exits: {
      done: 'a compiled engine works and computes rightly',
      expectationFailed: 'none does',
      badInput: 'the command line is wrong',
      internal: EXIT_WORDS.internal,
      ...ASKED_TO_END,
    },
    examples: [
      ['train doctor', 'a report to read'],
      ['train doctor --json', 'the same for a program: specs/doctor.schema.json'],
    ],
  },
  bench: {
    usage: 'train bench SPEC [options]',
    help: `Times a training step of a spec on every engine that works here. Engines take turns, because a machine's speed drifts:
after a turn to warm up, each has as many as --rounds says. The engine of the spec is not heeded; its device and
precision are. SPEC is a file, or - for standard input. The table is standard output.`,
    operands: { least: 1, most: 1, few: 'No spec is given', many: 'One spec at a time' },
    exits: {
      done: EXIT_WORDS.done,
      badInput: 'the spec, the data or the command line is wrong, or no engine can train it here',
      diverged: EXIT_WORDS.diverged,
      internal: EXIT_WORDS.internal,
      ...ASKED_TO_END,
    },
    examples: [
      ['train bench specs/mnist-mlp.json', 'every engine'],
      ['train bench specs/mnist-mlp.json --engine onnx --engine tensorflow', 'two of them'],
      ['train bench specs/mnist-mlp.json --set fit.batch_size=32 --json', 'for a program: specs/bench.schema.json'],
    ],
  },
  'find-lr': {
    usage: 'train find-lr SPEC [options]',
    help: `Says which learning rate a spec wants: trains with rates that grow from step to step, and looks at the loss. It ends
where the loss is 4 times its best; what was trained is thrown away. SPEC is a file, or - for standard input.
The suggestion is standard output; the curve goes to a folder as of a run, as a picture and as numbers.`,
    operands: { least: 1, most: 1, few: 'No spec is given', many: 'One spec at a time' },
    exits: {
      done: EXIT_WORDS.done,
      expectationFailed: 'no rate can be suggested',
      badInput: EXIT_WORDS.badInput,
      diverged: 'the loss is NaN or infinite from the first step on',
      internal: EXIT_WORDS.internal,
      ...ASKED_TO_END,
    },
    examples: [
      ['train find-lr specs/mnist-mlp.json', 'the suggestion, and the command that uses it'],
      ['train find-lr specs/mnist-mlp.json --steps 300', 'a smoother curve'],
      ['train find-lr specs/mnist-mlp.json --json', 'for a program: specs/find-lr.schema.json'],
    ],
  },
  summary: {
    usage: 'train summary SPEC [options]',
    help: `Shows the layers of a model with shapes and parameters, and what a training step takes: arithmetic and memory,
derived from its graph. Trains nothing. SPEC is a file, or - for standard input. The summary is standard output.`,
    operands: { least: 1, most: 1, few: 'No spec is given', many: 'One spec at a time' },
    exits: {
      done: EXIT_WORDS.done,
      badInput: EXIT_WORDS.badInput,
      internal: EXIT_WORDS.internal,
      ...ASKED_TO_END,
    },
    examples: [
      ['train summary specs/mnist-mlp.json', "Keras' table, then the numbers of a step"],
      ['train summary specs/mnist-resnet.json --svg resnet.svg', 'a picture too'],
      ['train summary specs/mnist-mlp.json --explain', 'what the compiler does, and where the time goes'],
      ['train summary specs/mnist-mlp.json --json', 'for a program: specs/summary.schema.json'],
    ],
  },
  evaluate: {
    usage: 'train evaluate RUN [options]',
    help: `Measures a trained model on the test set: its loss and metrics, once more or of other data. RUN is the folder of
a run, such as runs/mnist-mlp/1. The measures are standard output.`,
    operands: A_RUN,
    exits: RUN_EXITS,
    examples: [
      ['train evaluate runs/mnist-mlp/1', 'loss and metrics of the spec'],
      ['train evaluate runs/mnist-mlp/1 --set data.dataset=mnist-10k', 'of other data that fit the model'],
      ['train evaluate runs/rbm-mnist-pcd/1 --ais chains=100,betas=10000', 'log-likelihood of an RBM, estimated'],
      ['train evaluate runs/mnist-mlp/1 --json', 'for a program: specs/evaluate.schema.json'],
    ],
  },
  sample: {
    usage: 'train sample RUN [options]',
    help: `Draws from a trained RBM by Gibbs sampling, each sample by a chain of its own, or fills in a part of test samples.
RUN is the folder of a run. A folder gets samples.npy (the states of the visible units), probabilities.npy (what
they were drawn by) and samples.png (the probabilities of at most 1,000 as a picture). Paths are standard output.`,
    operands: A_RUN,
    exits: RUN_EXITS,
    examples: [
      ['train sample runs/rbm-mnist-pcd/1', '100 digits after 1000 steps'],
      ['train sample runs/rbm-mnist-pcd/1 -n 20 --inpaint left', 'the left halves of test digits, filled in'],
      ['train sample runs/rbm-mnist-pcd/1 --start data --steps 10', 'not far from test digits'],
      ['train sample runs/class-rbm-mnist-cd25/1 --clamp label=7', 'sevens, of a model that has learnt labels'],
      ['train sample runs/rbm-mnist-pcd/1 --set seed=7', 'other ones'],
    ],
  },
  transform: {
    usage: 'train transform RUN [DATA] [options]',
    help: `Writes what the hidden units of a trained RBM make of samples: their probabilities, a row a sample. RUN is the folder
of a run. DATA is a file (.npy or .csv) with a sample a row; without it, both parts of the run's own data set are
transformed, and labels are written beside them. Paths and shapes are standard output.`,
    operands: { least: 1, most: 2, few: 'No run is given', many: 'A run and a file at most' },
    exits: RUN_EXITS,
    examples: [
      ['train transform runs/rbm-mnist-pcd/1', 'features-train.npy, features-test.npy, and labels'],
      ['train transform runs/rbm-mnist-pcd/1 --out features.csv', 'as text'],
      ['train transform runs/rbm-mnist-pcd/1 digits.npy --out hidden.npy', 'of a file'],
    ],
  },
}
