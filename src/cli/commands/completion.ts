/** `train completion [SHELL]` */
import { command } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'
import { SHELLS, type Shell } from '../shells.js'

export const completion = command({
  usage: 'train completion [bash|zsh|fish]',
  summary: 'print a completion script for your shell',
  help: `Prints a completion script. With it, your shell completes commands, options,
values and file names when you press Tab. The default is the shell in $SHELL.
The script needs no change after an update: it asks this program each time.`,
  operands: { least: 0, most: 1, few: '', many: 'Only one shell can be given', words: SHELLS },
  options: {},
  exits: { done: EXIT_WORDS.done, badInput: 'a problem with the command line, or $SHELL is none of these shells' },
  examples: [
    ['train completion >> ~/.bashrc', 'turn on completion for every new bash shell'],
    ['train completion fish > ~/.config/fish/completions/train.fish', 'turn on completion for fish'],
  ],
  run: async ([shell], _, io) => (await import('../completion.js')).printScript(shell as Shell | undefined, io),
})
