/** Completions, also in real shells. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/registry.js'
import { completionsOf } from '../../src/cli/completion.js'
import { SHELLS } from '../../src/cli/shells.js'
import { COMMAND, runCommand, temporaryFolder } from '../support/command.js'

const offered = (line: string) => completionsOf(['train', ...line.split(' ')], COMMANDS)

describe('completions', () => {
  test.each([
    ['commands', 'e', ['explain', 'evaluate', 'export']],
    ['all of them', '', Object.keys(COMMANDS).filter((name) => name !== 'train')],
    ['files, by the shell, where no command fits', 'specs/mn', []],
    ['options of training', 'a.json --st', ['--style']],
    ['options before a spec', '--st', ['--style']],
    ['options of a command', 'bench a.json --ro', ['--rounds']],
    ['values of an option', 'a.json --style ', ['keras1', 'keras3']],
    ['values by the short name', 'a.json -v ', ['0', '1', '2', '3']],
    ['values after an equals sign', 'a.json --engine=eager:c', ['--engine=eager:cpu']],
    ['files as the value of an option', 'a.json --out ', []],
    ['words of a command', 'setup t', ['tensorflow']],
    ['shells', 'completion ', Object.keys(SHELLS)],
    ['help', 'doctor --h', ['--help']],
    ['nothing after a misspelt command', 'evalute r', []],
  ])('%s', (_, line, words) => expect(offered(line)).toEqual(words))

  test('an option that may be given once is not offered again', () => {
    expect(offered('a.json --style keras1 --st')).toEqual([])
    expect(offered('a.json --set a=1 --se')).toEqual(['--set'])
  })
})

/** A folder with `train` in it, before the others in the path. */
function withTrain(): { readonly cwd: string; readonly path: string } {
  const cwd = temporaryFolder({ 'a.json': '{}' })
  const bin = join(cwd, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'train'), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`)
  chmodSync(join(bin, 'train'), 0o755)
  return { cwd, path: `${bin}${delimiter}${process.env.PATH}` }
}

const isHere = (shell: string): boolean => {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Commands of each shell that print what it offers for a line. */
const ASKING: { readonly [Name in keyof typeof SHELLS]: (line: string) => string } = {
  bash: (line) => `eval "$(train completion bash)"
    COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}
    _train_completions; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (line) => `autoload -U compinit; compinit -u -d .zcompdump; eval "$(train completion zsh)"
    compadd() { shift 2; print -l -- "$@" }; _default() { print default }
    words=(\${(s: :)\${:-'${line}|'}}); words[-1]=\${words[-1]%|}; CURRENT=$#words
    _train_completions`,
  fish: (line) => `train completion fish | source; complete -C '${line}'`,
}

for (const shell of Object.keys(SHELLS) as (keyof typeof SHELLS)[]) {
  describe.skipIf(!isHere(shell))(`in ${shell}`, () => {
    const ask = (line: string) => {
      const { cwd, path } = withTrain()
      const env = { ...process.env, PATH: path, HOME: cwd }
      const text = execFileSync(shell, ['-c', ASKING[shell](line)], { cwd, env, encoding: 'utf8' })
      return text.split('\n').filter((word) => word !== '')
    }

    test('commands, options and values', () => {
      expect(ask('train ev')).toEqual(['evaluate'])
      expect(ask('train a.json --style ')).toEqual(['keras1', 'keras3'])
      expect(ask('train bench a.json --engine eager:c')).toEqual([shell === 'bash' ? 'cpu' : 'eager:cpu'])
    })
  })
}

test('an unknown shell gives a message', async () => {
  expect(await runCommand(['completion'], { env: { SHELL: '/bin/tcsh' } })).toEqual({
    code: 2,
    stdout: '',
    stderr: '$SHELL is "/bin/tcsh"; name the shell: train completion bash|zsh|fish\n',
  })
  const { code, stdout } = await runCommand(['completion'], { env: { SHELL: '/usr/bin/zsh' } })
  expect({ code, script: stdout.split('\n')[0] }).toEqual({ code: 0, script: '#compdef train trainspec' })
})
