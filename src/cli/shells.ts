/** Shells for which there is a completion script. */

/** The option with which a script asks for completions, the same as in the scripts of yargs. */
export const ASKED_BY_SHELL = '--get-yargs-completions'

/** Shells, and the file where the script belongs. */
export const SHELLS = {
  bash: 'add the script to ~/.bashrc',
  zsh: 'add the script to ~/.zshrc',
  fish: 'save the script as ~/.config/fish/completions/train.fish',
} as const

export type Shell = keyof typeof SHELLS
