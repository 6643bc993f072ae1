/** Exit codes of the command, and their meanings. */
import { constants } from 'node:os'

export const EXIT = {
  done: 0,
  expectationFailed: 1,
  badInput: 2,
  diverged: 3,
  internal: 70,
  groupLost: 75,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitName = keyof typeof EXIT
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_WORDS: { readonly [Name in ExitName]: string } = {
  done: 'done',
  expectationFailed: 'an expectation was not met',
  badInput: 'a problem with the spec, the data, the command line or writing a file',
  diverged: 'the loss or a weight became NaN or infinite',
  internal: 'a bug in this program',
  groupLost: 'another host was lost, or too few came; go on with --resume',
  hungUp: 'stopped because the terminal was closed (SIGHUP)',
  interrupted: 'stopped by Ctrl-C (SIGINT)',
  terminated: 'stopped by kill or by the system (SIGTERM)',
}

/** Signals that ask the process to end. As in shells, the exit code is 128 plus the number of the signal. */
export const END_SIGNALS = (
  [
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
    ['SIGHUP', EXIT.hungUp],
  ] as const
).map(([signal, exitCode]) => ({ signal, exitCode, number: constants.signals[signal] }))

export type EndSignal = (typeof END_SIGNALS)[number]['signal']

/** Exit codes of every command that a signal may end while it works. */
export const ENDED_EXITS = {
  internal: EXIT_WORDS.internal,
  hungUp: EXIT_WORDS.hungUp,
  interrupted: EXIT_WORDS.interrupted,
  terminated: EXIT_WORDS.terminated,
} as const

/** Exit codes of a command that opens a run. */
export const RUN_EXITS = {
  done: EXIT_WORDS.done,
  badInput: 'a problem with the run, the data, the command line or writing a file',
  ...ENDED_EXITS,
} as const
