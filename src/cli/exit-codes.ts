/** What the command's exit code says. */
export const EXIT = {
  done: 0,
  expectationFailed: 1,
  badInput: 2,
  diverged: 3,
  internal: 70,
  interrupted: 130,
} as const

export type ExitName = keyof typeof EXIT
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_WORDS: { readonly [Name in ExitName]: string } = {
  done: 'done',
  expectationFailed: 'an expectation failed',
  badInput: 'the spec, the data or the command line is wrong',
  diverged: 'the loss or a weight became NaN or infinite',
  internal: 'a fault of this program',
  interrupted: 'interrupted by Ctrl-C',
}
