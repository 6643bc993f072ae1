/** The type of a command: its texts, its options and its work. Parser, help and completion are derived from it. */
import type { ExitCode, ExitName } from './exit-codes.js'
import type { Io } from './io.js'

export interface Option {
  /** `texts` and `choices` may be given several times; `count` is a whole number; a `flag` takes no value. */
  readonly type: 'text' | 'texts' | 'choice' | 'choices' | 'count' | 'flag'
  /** Placeholder for the value in the help, such as `FILE`. A flag has none. */
  readonly value?: string
  readonly help: string
  /** Allowed values and their meanings. */
  readonly choices?: Readonly<Record<string, string>>
  /** Limits of a `count`. Default: from 1 to 999999999. */
  readonly least?: number
  readonly most?: number
  readonly default?: string
  /** One letter. */
  readonly alias?: string
  /** Another option of the same command that must be given with this one. */
  readonly needs?: string
}

/** Options by name, in the order of the help. */
export type OptionTable = Readonly<Record<string, Option>>

type ValueOf<O extends Option> = O extends { type: 'texts' }
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

/** Values by option. An option that was not given and has no default is undefined; a list is empty. */
export type OptionsOf<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { default: string } | { type: 'texts' | 'choices' }
    ? ValueOf<Table[Name]>
    : ValueOf<Table[Name]> | undefined
}

/** The operands of a command: the words on the command line that are not options. */
export interface Operands {
  readonly least: number
  readonly most: number
  /** Error messages for fewer operands, and for more. */
  readonly few: string
  readonly many: string
  /** Allowed words and their meanings; without this, operands are files. */
  readonly words?: Readonly<Record<string, string>>
  /** An option that makes the operand unnecessary. */
  readonly noneWith?: string
}

export interface Command<Table extends OptionTable = OptionTable> {
  /** The command with its operands: `train bench SPEC`. */
  readonly usage: string
  /** Its line in the list of `train --help`. */
  readonly summary: string
  readonly help: string
  readonly operands: Operands
  readonly options: Table
  /** Meanings of its exit codes. */
  readonly exits: Partial<Readonly<Record<ExitName, string>>>
  /** Example command lines and what they do. */
  readonly examples: readonly (readonly [line: string, effect: string])[]
  /** Does the work. Heavy modules are imported here, so that help and usage errors do not load them. */
  run(operands: readonly string[], options: OptionsOf<Table>, io: Io, commands: Commands): Promise<ExitCode>
}

/** All commands by name. */
export type Commands = Readonly<Record<string, Command>>

/** Checks a command, and infers the types of its options. */
export const command = <const Table extends OptionTable>(one: Command<Table>): Command<Table> => one

export const ONE_SPEC: Operands = { least: 1, most: 1, few: 'No spec is given', many: 'Only one spec can be given' }

export const ONE_RUN: Operands = { least: 1, most: 1, few: 'No run is given', many: 'Only one run can be given' }
