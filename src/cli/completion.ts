/**
 * Shell completion. As with yargs, the script of the shell calls `train --get-yargs-completions` with the words typed
 * so far, and takes each line of the answer as a completion. If the answer is empty, it completes file names.
 */
import { UserError } from '../base/issue.js'
import type { Command, Commands, Option } from './command.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { ASKED_BY_SHELL, SHELLS, type Shell } from './shells.js'

/** Returns the completions of the last of the words typed so far. The first word is the program. */
export function completionsOf(words: readonly string[], commands: Commands): string[] {
  const [first = '', ...rest] = words.slice(1)
  const last = words.at(-1) ?? ''
  const named = Object.hasOwn(commands, first) && first !== 'train' ? first : undefined
  const names = Object.keys(commands).filter((name) => name !== 'train')
  if (rest.length === 0 && !first.startsWith('-')) return matching(names, last)
  const command = commands[named ?? 'train']!
  const before = (named === undefined ? words.slice(1, -1) : words.slice(2, -1)) as readonly string[]
  const waiting = optionNamed(command, before.at(-1))
  if (waiting && waiting.type !== 'flag') return matching(Object.keys(waiting.choices ?? {}), last)
  const [option, value] = parted(last)
  if (value !== undefined) {
    const choices = Object.keys(optionNamed(command, option)?.choices ?? {})
    return matching(choices, value).map((choice) => `${option}=${choice}`)
  }
  if (last.startsWith('-')) return matching(freeOptions(command, before), last)
  return matching(Object.keys(command.operands.words ?? {}), last)
}

const matching = (candidates: readonly string[], start: string) => candidates.filter((one) => one.startsWith(start))

/** Splits `--engine=on` at the `=`. Without one, the value is undefined. */
function parted(word: string): readonly [option: string, value: string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function optionNamed({ options }: Command, word = ''): Option | undefined {
  const found = Object.entries(options).find(
    ([name, { alias }]) => word === `--${name}` || (alias && word === `-${alias}`),
  )
  return found?.[1]
}

/** Returns the options that may still be given. */
function freeOptions({ options }: Command, before: readonly string[]): string[] {
  const given = new Set(before.map((word) => parted(word)[0]))
  const free = Object.entries(options).filter(
    ([name, { type }]) => type === 'texts' || type === 'choices' || !given.has(`--${name}`),
  )
  return [...free.map(([name]) => `--${name}`), '--help', '--version']
}

/** Prints the script of a shell, by default the one in `$SHELL`. */
export async function printScript(named: Shell | undefined, io: Io): Promise<ExitCode> {
  const shell = named ?? (io.env.SHELL?.split('/').at(-1) as Shell | undefined)
  if (shell === undefined || !Object.hasOwn(SCRIPTS, shell)) {
    const found = shell === undefined ? '$SHELL is not set' : `$SHELL is "${io.env.SHELL}"`
    throw new UserError(`${found}; name the shell: train completion ${Object.keys(SHELLS).join('|')}`)
  }
  io.stdout.write(SCRIPTS[shell])
  return EXIT.done
}

/** Both names of the program. */
const PROGRAMS = 'train trainspec'

const SCRIPTS: { readonly [Name in Shell]: string } = {
  // bash also ends a word at `:` and `=`, so everything up to the last of these is cut off each answer
  bash: `###-begin-train-completions-###
_train_completions() {
  local line="\${COMP_LINE:0:COMP_POINT}" words reply word cut
  read -ra words <<< "$line"
  [[ "$line" == *' ' ]] && words+=("")
  word="\${words[\${#words[@]}-1]}"
  cut="\${word%"\${word##*[:=]}"}"
  COMPREPLY=()
  while IFS= read -r reply; do
    [[ -n "$reply" ]] && COMPREPLY+=("\${reply#"$cut"}")
  done < <("\${words[0]}" ${ASKED_BY_SHELL} "\${words[@]}" 2>/dev/null)
}
complete -o bashdefault -o default -F _train_completions ${PROGRAMS}
###-end-train-completions-###
`,
  zsh: `#compdef ${PROGRAMS}
###-begin-train-completions-###
_train_completions() {
  local reply=("\${(@f)$("\${words[1]}" ${ASKED_BY_SHELL} "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${reply[*]}" ]]; then
    compadd -Q -- "\${reply[@]}"
  else
    _default
  fi
}
compdef _train_completions ${PROGRAMS}
###-end-train-completions-###
`,
  fish: `###-begin-train-completions-###
function __train_completions
  set -l words (commandline -opc) (commandline -ct)
  set -l reply ($words[1] ${ASKED_BY_SHELL} $words 2>/dev/null)
  if test (count $reply) -gt 0
    printf '%s\\n' $reply
  else
    __fish_complete_path (commandline -ct)
  end
end
for program in ${PROGRAMS}
  complete -c $program -f -a '(__train_completions)'
end
###-end-train-completions-###
`,
}
