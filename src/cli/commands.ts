/** The commands, for the parser and for help. */
import type { CommandName } from './options.js'

export interface Command {
  readonly usage: string
  readonly help: string
  readonly files: { readonly least: number; readonly most: number }
  /** A command line and what it does. */
  readonly examples: readonly (readonly [string, string])[]
}

export const COMMANDS: { readonly [Name in CommandName]: Command } = {
  train: {
    usage: 'train SPEC [options]',
    help: `Trains the network that a JSON file describes: data, layers, optimizer, loss, early stopping.
SPEC is a file, or - for standard input. Progress goes to standard error.

  train validate FILE...   checks specs and trains nothing`,
    files: { least: 1, most: 1 },
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
    files: { least: 1, most: Number.POSITIVE_INFINITY },
    examples: [
      ['train validate specs/mnist-*.json', 'several specs at once'],
      ['train validate specs/mnist-mlp.json --set model.layers.2.rate=0.5', 'a change before it is made'],
    ],
  },
}
