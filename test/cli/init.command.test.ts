/** `train init` with flags, and in a terminal, which `script` of util-linux gives it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'jsonc-parser'
import { expect, onTestFinished, test } from 'vitest'
import { COMMAND, runCommand, runShell, temporaryFolder } from '../support/command.js'

const ROWS = `a,b,kind\n${Array.from({ length: 80 }, (_, index) => `${index % 10},${(index * 7) % 13},${index % 10 < 5 ? 'low' : 'high'}`).join('\n')}\n`
const folder = () => temporaryFolder({ 'own rows.csv': ROWS })

test('a file and a column are enough: the spec validates, trains, and the next commands run as they are printed', async () => {
  const cwd = folder()
  const { code, stdout, stderr } = await runCommand(['init', 'own rows.csv', '--target', 'kind'], { cwd })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(/^Wrote own-rows\.json: predicts kind, one of 2 classes, from 2 columns; /)
  expect(parse(readFileSync(join(cwd, 'own-rows.json'), 'utf8')).data).toMatchObject({ source: 'own rows.csv' })
  const [, next] = stderr.split('\nNext:\n')
  const lines = next!.trimEnd().split('\n')
  expect(lines).toHaveLength(4)
  const commands = lines.map((line) => line.trim().replace(/^train /, '$train ')).join(' &&\n')
  const ran = await runShell(
    `set -e; $train validate own-rows.json\n${commands.replace('own-rows.json ', 'own-rows.json --engine onnx --set fit.epochs=2 -v 0 ')}`.replaceAll(
      / *# [^&\n]*/g,
      ' ',
    ),
    { cwd },
  )
  expect(ran.stderr).toMatch(/own-rows\.json: ok/)
  expect(ran.code).toBe(0)
  expect(ran.stdout).toMatch(/test samples/)
})

test('paths are relative to the folder of the spec, which may be another one', async () => {
  const cwd = folder()
  mkdirSync(join(cwd, 'specs'))
  const { code } = await runCommand(['init', 'own rows.csv', '--target', 'kind', '-o', 'specs/x.json'], { cwd })
  expect(code).toBe(0)
  expect(parse(readFileSync(join(cwd, 'specs/x.json'), 'utf8')).data.source).toBe('../own rows.csv')
  expect(await runCommand(['validate', 'specs/x.json'], { cwd })).toMatchObject({ code: 0 })
})

test('a folder of texts has its classes, so no column is asked for', async () => {
  const cwd = temporaryFolder()
  for (const name of ['good', 'bad']) {
    mkdirSync(join(cwd, 'mail', name), { recursive: true })
    for (let index = 0; index < 20; index++)
      writeFileSync(join(cwd, 'mail', name, `${index}.txt`), `${name} news ${index}`)
  }
  expect(await runCommand(['init', 'mail/'], { cwd })).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Wrote mail.json: predicts label, one of 2 classes'),
  })
  expect(await runCommand(['validate', 'mail.json'], { cwd })).toMatchObject({ code: 0 })
})

test('what is missing or wrong is said, and nothing is written', async () => {
  const cwd = folder()
  const init = (...args: string[]) => runCommand(['init', ...args], { cwd })
  expect(await init()).toMatchObject({ code: 2, stderr: expect.stringContaining('train init FILE --target COLUMN') })
  expect(await init('own rows.csv')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--target: name the column to predict: "a", "b", "kind"'),
  })
  expect(await init('own rows.csv', '--target', 'kinds')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean "kind"?'),
  })
  expect(await init('rows.csv', '--target', 'kind')).toMatchObject({ code: 2 })
  expect(existsSync(join(cwd, 'own-rows.json'))).toBe(false)
  writeFileSync(join(cwd, 'own-rows.json'), 'mine')
  expect(await init('own rows.csv', '--target', 'kind')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('own-rows.json is there already'),
  })
  expect(readFileSync(join(cwd, 'own-rows.json'), 'utf8')).toBe('mine')
})

/** Runs `train init` in a terminal and types each answer when its question is shown. */
function talk(cwd: string, answers: readonly (readonly [question: string, answer: string])[]) {
  return new Promise<{ code: number | null; screen: string }>((resolve, reject) => {
    const line = `${process.execPath} ${COMMAND} init`
    const child: ChildProcess = spawn('script', ['-qec', line, '/dev/null'], {
      cwd,
      env: { ...process.env, TERM: 'xterm', COLUMNS: '80' },
    })
    onTestFinished(() => void child.kill())
    let screen = ''
    let seen = 0
    const left = [...answers]
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      screen += text
      const next = left[0]
      if (next === undefined || !screen.slice(seen).includes(next[0])) return
      seen = screen.length
      left.shift()
      child.stdin!.write(next[1])
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, screen }))
  })
}

test('in a terminal it asks, completes names, and asks again after an answer that cannot be used', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, 'own-rows.json'), 'mine')
  const { code, screen } = await talk(cwd, [
    ['File or folder with your data: ', 'nothing.csv\r'],
    ['File or folder with your data: ', 'own rows.csv\r'],
    ['Column to predict [kind]: ', 'c\r'],
    ['Column to predict [kind]: ', 'k\t'],
    // Tab has completed the name
    ['ind', '\r'],
    ['Write the spec to [own-rows.json]: ', '\r'],
    ['Write the spec to [own-rows.json]: ', 'mine.json\r'],
  ])
  expect(code).toBe(0)
  expect(screen).toContain('there is no file or folder "nothing.csv"')
  expect(screen).toContain('"c" is not a column of own rows.csv')
  expect(screen).toContain('own-rows.json is there already')
  expect(screen).toMatch(/Wrote mine\.json: predicts kind/)
  expect(parse(readFileSync(join(cwd, 'mine.json'), 'utf8')).data.target).toBe('kind')
})

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s ends the questions, and nothing is written', async (_, key) => {
  const cwd = folder()
  const { code, screen } = await talk(cwd, [
    ['File or folder with your data: ', 'own rows.csv\r'],
    ['Column to predict [kind]: ', key],
  ])
  expect(code).toBe(130)
  expect(screen).toContain('No spec was written.')
  expect(existsSync(join(cwd, 'own-rows.json'))).toBe(false)
})
