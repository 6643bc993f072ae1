/** `train completion [SHELL]` */
import { command } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'
import { SHELLS, type Shell } from '../shells.js'

export const completion = command({
  usage: 'train completion [bash|zsh|fish]',
  summary: 'print a completion script for your shell',
  help: `Prints a script with which your shell completes commands, options, their values and files. Without a word it is for
the shell in $SHELL. The script asks this program, so it stays right when the program is updated.`,
  operands: { least: 0, most: 1, few: '', many: 'One shell at a time', words: SHELLS },
  options: {},
  exits: { done: EXIT_WORDS.done, badInput: 'the command line has a problem, or $SHELL is none of these shells' },
  examples: [
    ['train completion >> ~/.bashrc', 'complete in every new window of bash'],
    ['train completion fish > ~/.config/fish/completions/train.fish', 'the same for fish'],
  ],
  run: async ([shell], _, io) => (await import('../completion.js')).printScript(shell as Shell | undefined, io),
})
