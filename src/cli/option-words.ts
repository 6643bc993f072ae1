import type { OptionTable } from './command.js'

/** The words of a command line that give these options, without those that have their defaults. */
export const optionWords = (table: OptionTable, options: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === table[name]?.default) return []
    if (value === true) return [`--${name}`]
    return [value].flat().map((one) => `--${name}=${one}`)
  })
