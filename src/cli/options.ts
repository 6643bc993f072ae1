/** Every option of the command line, once: parsing, checks and help come from this table. */
import type { HistoryFormat } from '../export/history-writer.js'
import type { StyleName } from '../report/reporter.js'
import { ENGINES } from '../spec/engines.js'

export interface Option {
  /** `texts` and `choices` may be given again and again; `count`: a whole number from 1; `flag`: given or not, without a value. */
  readonly type: 'text' | 'texts' | 'choice' | 'choices' | 'count' | 'flag'
  /** What stands for the value in the help: one word, or one for each command. */
  readonly value?: string | Partial<Readonly<Record<CommandName, string>>>
  /** One text, or one for each command. */
  readonly help: string | Partial<Readonly<Record<CommandName, string>>>
  /** Allowed values and what they mean. */
  readonly choices?: Readonly<Record<string, string>>
  /** One for all, or one for each command. */
  readonly default?: string | Partial<Readonly<Record<CommandName, string>>>
  readonly alias?: string
  /** Another option, without which this one says nothing. */
  readonly needs?: string
  readonly commands: readonly CommandName[]
  /** Commands that take only one of what others take many of. */
  readonly onceIn?: readonly CommandName[]
}

export type CommandName =
  | 'train'
  | 'validate'
  | 'setup'
  | 'doctor'
  | 'bench'
  | 'find-lr'
  | 'summary'
  | 'evaluate'
  | 'sample'
  | 'transform'

const STYLES: Readonly<Record<StyleName, string>> = { keras1: "Keras 1's bar", keras3: "Keras 3's bar" }
const STARTS = { noise: 'by the visible biases alone', data: 'at samples of the test set' } as const
const VERBOSE = {
  0: 'nothing but errors',
  1: 'a bar; off a terminal, a line an epoch',
  2: 'a line an epoch',
  3: 'as 1, and what native libraries log',
} as const
/** Commands that take the folder of a run. */
const OF_RUNS = ['evaluate', 'sample', 'transform'] as const
const WHAT_COMPUTES = 'What computes. Default: as the spec says, else auto'
const NEW_FOLDER = 'New or empty folder for the results. Default: runs/NAME/1, or the next number'
const FORMATS: Readonly<Record<HistoryFormat, string>> = {
  json: 'one document at the end',
  jsonl: 'a line of JSON an epoch',
  csv: 'a row an epoch',
}

export const OPTIONS = {
  set: {
    type: 'texts',
    value: 'PATH=VALUE',
    help: 'Override a field: fit.epochs=3, model.layers.2.rate=0.5. Repeatable',
    commands: ['train', 'validate', 'bench', 'find-lr', 'summary', ...OF_RUNS],
  },
  expect: {
    type: 'texts',
    value: 'EXPECTATION',
    help: "What must hold at the end, beside what the spec expects: 'val_acc>=0.975'. Repeatable",
    commands: ['train'],
  },
  engine: {
    type: 'choices',
    value: 'NAME',
    help: {
      train: WHAT_COMPUTES,
      'find-lr': WHAT_COMPUTES,
      evaluate: WHAT_COMPUTES,
      sample: WHAT_COMPUTES,
      transform: WHAT_COMPUTES,
      bench: 'Time only this one. Repeatable',
    },
    choices: ENGINES,
    commands: ['train', 'bench', 'find-lr', ...OF_RUNS],
    onceIn: ['train', 'find-lr', ...OF_RUNS],
  },
  device: {
    type: 'text',
    value: 'DEVICE',
    help: 'Where to compute: auto, cpu, gpu, gpu:1. Default: as the spec says, else auto',
    commands: ['train', 'bench', 'find-lr', ...OF_RUNS],
  },
  style: {
    type: 'choice',
    value: 'NAME',
    help: 'How progress looks',
    choices: STYLES,
    default: 'keras1',
    commands: ['train'],
  },
  verbose: {
    type: 'choice',
    value: 'LEVEL',
    help: 'How much is shown',
    choices: VERBOSE,
    default: '1',
    alias: 'v',
    commands: ['train'],
  },
  out: {
    type: 'text',
    value: { train: 'FOLDER', 'find-lr': 'FOLDER', sample: 'FOLDER', transform: 'FILE' },
    help: {
      train: NEW_FOLDER,
      'find-lr': NEW_FOLDER,
      sample: 'New or empty folder for the samples. Default: RUN/samples/1, or the next number',
      transform: 'A .npy or .csv; of a data set with -train and -test in its name. Default: RUN/features.npy',
    },
    commands: ['train', 'find-lr', 'sample', 'transform'],
  },
  history: {
    type: 'text',
    value: 'FILE',
    help: 'Write the history here too; - for standard output',
    commands: ['train'],
  },
  'history-format': {
    type: 'choice',
    value: 'FORMAT',
    help: 'How to write it. Default: by the ending of FILE, else json',
    choices: FORMATS,
    needs: 'history',
    commands: ['train'],
  },
  rounds: {
    type: 'count',
    value: 'N',
    help: 'Turns that are counted for each engine',
    default: '5',
    commands: ['bench'],
  },
  steps: {
    type: 'count',
    value: 'N',
    help: {
      bench: 'Steps in a turn; fewer where they take more than a second',
      'find-lr': 'Steps from a learning rate of 1e-7 to one of 10, at least 20',
      sample: 'Gibbs steps of each chain',
    },
    default: { bench: '100', 'find-lr': '100', sample: '1000' },
    commands: ['bench', 'find-lr', 'sample'],
  },
  samples: {
    type: 'count',
    value: 'N',
    help: 'How many to draw, each by a chain of its own',
    default: '100',
    alias: 'n',
    commands: ['sample'],
  },
  start: {
    type: 'choice',
    value: 'WHERE',
    help: 'Where chains begin',
    choices: STARTS,
    default: 'noise',
    commands: ['sample'],
  },
  inpaint: {
    type: 'text',
    value: 'MASK',
    help: 'Part of test samples to fill in: left, right, top, bottom, or a .npy, .csv or .png with 1 there',
    commands: ['sample'],
  },
  clamp: {
    type: 'text',
    value: 'label=N',
    help: 'Hold the label at class N, of a model that has learnt labels; label=0,1,2 in turn',
    commands: ['sample'],
  },
  ais: {
    type: 'text',
    value: 'SETTINGS',
    help: 'Estimate log Z of an RBM by annealed importance sampling: chains=100,betas=10000',
    commands: ['evaluate'],
  },
  exact: {
    type: 'flag',
    help: 'Compute log Z of an RBM with at most 25 units on one side; if Gaussian, 25 hidden units',
    commands: ['evaluate'],
  },
  json: {
    type: 'flag',
    help: {
      doctor: 'One JSON document instead of the report',
      bench: 'One JSON document instead of the table',
      'find-lr': 'One JSON document instead of the report',
      summary: 'One JSON document instead of the table',
      evaluate: 'One JSON document instead of the table',
    },
    commands: ['doctor', 'bench', 'find-lr', 'summary', 'evaluate'],
  },
  svg: {
    type: 'text',
    value: 'FILE',
    help: 'Write a picture of the model there',
    commands: ['summary'],
  },
  explain: {
    type: 'flag',
    help: 'Nodes of the step before and after each pass, and where the time of steps goes on engine onnx',
    commands: ['summary'],
  },
  from: {
    type: 'text',
    value: 'PATH',
    help: 'Take the library from a wheel (.whl), or from a folder that holds it, instead of fetching it',
    commands: ['setup'],
  },
  'dry-run': {
    type: 'flag',
    help: 'Say what would be done, from where, how large and where to; change nothing',
    commands: ['setup'],
  },
  remove: {
    type: 'flag',
    help: 'Remove what was installed, one or all, and what is left of downloads',
    commands: ['setup'],
  },
} as const satisfies Readonly<Record<string, Option>>

export type OptionName = keyof typeof OPTIONS

type ValueOf<O> = O extends { type: 'texts' }
  ? readonly string[]
  : O extends { type: 'choices'; choices: infer Choices }
    ? readonly `${Extract<keyof Choices, string | number>}`[]
    : O extends { type: 'flag' }
      ? true
      : O extends { type: 'count' }
        ? number
        : O extends { type: 'choice'; choices: infer Choices }
          ? `${Extract<keyof Choices, string | number>}`
          : string

/** Values by option; those without a default may be absent. */
export type Options = {
  readonly [Name in OptionName]: (typeof OPTIONS)[Name] extends
    | { default: string | object }
    | { type: 'texts' | 'choices' }
    ? ValueOf<(typeof OPTIONS)[Name]>
    : ValueOf<(typeof OPTIONS)[Name]> | undefined
}

export const OPTION_LIST: readonly (Option & { readonly name: OptionName })[] = Object.entries<Option>(OPTIONS).map(
  ([name, option]) => ({ ...option, name: name as OptionName }),
)

export const optionsOf = (command: CommandName) => OPTION_LIST.filter(({ commands }) => commands.includes(command))

/** Options that may be given again and again. */
export const isList = ({ type }: Option): boolean => type === 'texts' || type === 'choices'

/** What an option of a command is without being given. */
export const defaultOf = ({ default: preset }: Option, command: CommandName): string | undefined =>
  typeof preset === 'object' ? preset[command] : preset

/** What stands for its value in the help. */
export const placeholderOf = ({ value }: Option, command: CommandName): string | undefined =>
  typeof value === 'object' ? value[command] : value
