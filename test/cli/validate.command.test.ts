/** `train validate`: the files that it reads, and its messages. It does nothing else. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand, runShell, temporaryFolder } from '../support/command.js'

const GOOD = `{ "data": "mnist", "loss": "mse", "model": { "type": "Sequential", "layers": ["Flatten", { "type": "Dense", "units": 10 }] } }`
/** Its masks are followed by operations of tfjs, which say nothing of themselves. */
const MASKED = GOOD.replace('"Flatten"', '"Masking", "Flatten"')
const BAD = GOOD.replace('"mse"', '"msee"').replace('10', '0')

describe('files', () => {
  test('several: a report for each, in order; one with problems makes the exit code 2', async () => {
    const cwd = temporaryFolder({ 'a.json': GOOD, 'b.json': BAD, 'c.jsonc': `// good\n${MASKED}` })
    expect(await runCommand(['validate', 'a.json', 'b.json', 'c.jsonc', 'd.json'], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'a.json: ok',
        'b.json:1:28 /loss: found "msee", must be one of 60 names; did you mean "mse"?',
        'b.json:1:119 /model/layers/1/units: found 0, must be at least 1',
        'c.jsonc: ok',
        'd.json: no such file or folder; did you mean "a.json"?',
        '',
      ].join('\n'),
    })
    expect(await runCommand(['validate', 'a.json', 'c.jsonc'], { cwd })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'a.json: ok\nc.jsonc: ok\n',
    })
    expect(readdirSync(cwd)).toEqual(['a.json', 'b.json', 'c.jsonc'])
  })

  test('a missing one: the nearest existing name', async () => {
    const cwd = temporaryFolder({ 'mnist-mlp.json': GOOD, 'notes.txt': '' })
    mkdirSync(join(cwd, 'specs'))
    const stderrOf = async (file: string) => (await runCommand(['validate', file], { cwd })).stderr
    expect(await stderrOf('mnist-mpl.json')).toBe(
      'mnist-mpl.json: no such file or folder; did you mean "mnist-mlp.json"?\n',
    )
    expect(await stderrOf('note.txt')).toBe('note.txt: no such file or folder\n')
    expect(await stderrOf('no/such/folder.json')).toBe('no/such/folder.json: no such file or folder\n')
  })

  test('a folder', async () => {
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, 'specs'))
    expect(await runCommand(['validate', 'specs'], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'specs: is a folder, must be a file\n',
    })
  })

  test('in another encoding', async () => {
    const cwd = temporaryFolder()
    const files = {
      'le.json': Buffer.from(`\ufeff${GOOD}`, 'utf16le'),
      'plain.json': Buffer.from(GOOD, 'utf16le'),
      'be.json': Buffer.from(`\ufeff${GOOD}`, 'utf16le').swap16(),
      'latin.json': Buffer.from(GOOD.replace(' }', ',\n "name": "caf\u00e9" }'), 'latin1'),
      'marked.json': Buffer.from(`\ufeff${GOOD}`),
    }
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(cwd, name), bytes)
    expect(await runCommand(['validate', ...Object.keys(files)], { cwd })).toMatchObject({
      code: 2,
      stderr: [
        'le.json: is UTF-16 text, must be UTF-8',
        'plain.json: is UTF-16 text, must be UTF-8',
        'be.json: is UTF-16 text, must be UTF-8',
        'latin.json: is not UTF-8 text: line 2 has the byte 0xe9; save the file as UTF-8',
        'marked.json: ok',
        '',
      ].join('\n'),
    })
  })

  test('standard input', async () => {
    expect(await runCommand(['validate', '-'], { stdin: GOOD })).toEqual({ code: 0, stdout: '', stderr: '-: ok\n' })
    const { code, stderr } = await runCommand(['validate', '-'], { stdin: '' })
    expect({ code, stderr }).toEqual({ code: 2, stderr: '-:1:1: found nothing, must be an object\n' })
    const cwd = temporaryFolder()
    const folder = await runShell('$train validate - < .', { cwd })
    expect(folder).toMatchObject({ code: 2, stderr: '-: is a folder, must be a file\n' })
  })
})

test('a warning is printed, and is not a problem', async () => {
  const doubtful = GOOD.replace('10', '1, "activation": "softmax"').replace('"mse"', '"binary_crossentropy"')
  const cwd = temporaryFolder({ 'a.json': GOOD, 'b.json': doubtful })
  expect(await runCommand(['validate', 'a.json', 'b.json'], { cwd })).toEqual({
    code: 0,
    stdout: '',
    stderr: [
      'a.json: ok',
      'Warning: b.json:1:106 /model/layers/1: Dense "dense" applies softmax to a single unit, which always gives 1; "sigmoid" gives one probability',
      'b.json: ok',
      '',
    ].join('\n'),
  })
})

test('--set changes every file, and its mistakes point to it', async () => {
  const cwd = temporaryFolder({ 'a.json': GOOD, 'b.json': GOOD })
  const set = (setting: string) => runCommand(['validate', 'a.json', 'b.json', '--set', setting], { cwd })
  expect(await set('model.layers.1.units=1')).toMatchObject({ code: 0, stderr: 'a.json: ok\nb.json: ok\n' })
  const problem = '--set fit.epochs=0 /fit/epochs: found 0, must be at least 1\n'
  expect(await set('fit.epochs=0')).toMatchObject({ code: 2, stderr: problem + problem })
  expect(await set('fit.epochs')).toMatchObject({
    code: 2,
    stderr:
      '--set fit.epochs: found "fit.epochs", must be a path and a value, such as fit.epochs=3 or model.layers.2.rate=0.5\n' +
      'The command line has a problem.\n',
  })
})
