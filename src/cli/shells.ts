/** Shells that complete the command line. */

/** The option by which a script asks for completions; yargs' own scripts call it too. */
export const ASKED_BY_SHELL = '--get-yargs-completions'

/** Shells, and the file that the script is added to. */
export const SHELLS = {
  bash: 'add the script to ~/.bashrc',
  zsh: 'add the script to ~/.zshrc',
  fish: 'save the script as ~/.config/fish/completions/train.fish',
} as const

export type Shell = keyof typeof SHELLS
