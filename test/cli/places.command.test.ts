/** Places of results: outside of the folder of the run a failure gives a warning; the folder itself ends the run. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { runCommand, runShell, temporaryFolder } from '../support/command.js'

const RATE = { type: 'LearningRateScheduler', rates: { 0: 0.1 } }

const folderWith = (changes: object = {}) =>
  temporaryFolder({ 'spec.json': JSON.stringify({ ...BARS_AND_STRIPES, ...changes }) })
const WHOLE = ['history.csv', 'history.json', 'model', 'preparation.json', 'spec.json']
const mayMount = process.platform === 'linux' && process.getuid?.() === 0

/** A small disk of its own. */
function disk(path: string, options: string): void {
  mkdirSync(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
  onTestFinished(() => void execFileSync('umount', [path]))
}

describe.runIf(process.platform === 'linux')('a place outside of the run folder that fails', () => {
  test.each([
    ['rows', ['--history', '/dev/full', '--history-format', 'csv']],
    ['a document', ['--history', '/dev/full']],
    ['a CSVLogger', ['--set', 'callbacks=[{"type":"CSVLogger","filename":"/dev/full","append":true}]']],
  ])('%s: one warning, exit code 2, and the run is whole', async (_, args) => {
    const cwd = folderWith()
    const { code, stderr } = await runCommand(['spec.json', '--out', 'out', ...args], { cwd })
    expect(code, stderr).toBe(2)
    expect(stderr.match(/^Warning: .*the disk is full/gm)).toHaveLength(1)
    expect(readdirSync(join(cwd, 'out')).toSorted()).toEqual(WHOLE)
  })

  test('standard output', async () => {
    const cwd = folderWith()
    const { code, stderr } = await runShell('exec $train spec.json --out out --history - > /dev/full', { cwd })
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('Cannot write to standard output: the disk is full.\n')
    expect(readdirSync(join(cwd, 'out')).toSorted()).toEqual(WHOLE)
  })

  test.skipIf(!mayMount)('a disk that becomes full keeps whole rows', async () => {
    const cwd = folderWith({ fit: { epochs: 300, batch_size: 8 } })
    disk(join(cwd, 'small'), 'size=8k')
    const { code, stderr } = await runCommand(['spec.json', '--out', 'out', '--history', 'small/h.csv'], { cwd })
    expect(code, stderr).toBe(2)
    const rows = readFileSync(join(cwd, 'small/h.csv'), 'utf8')
    const all = readFileSync(join(cwd, 'out/history.csv'), 'utf8')
    expect(rows.endsWith('\n')).toBe(true)
    expect(rows.length).toBeGreaterThan(4096)
    expect(all.startsWith(rows)).toBe(true)
    expect(all.trimEnd().split('\n')).toHaveLength(301)
  })

  test.skipIf(!mayMount)('incomplete results on a full disk are not taken for complete ones', async () => {
    const cwd = folderWith()
    disk(join(cwd, 'small'), 'size=4k')
    const { code, stderr } = await runShell('$train --help > small/help; exec $train --help >> small/help', { cwd })
    expect(code, stderr).toBe(2)
  })
})

test.skipIf(process.platform === 'win32')(
  'the folder of the run renamed meanwhile: training ends, and it is said',
  async () => {
    const cwd = folderWith({ fit: { epochs: 100_000, batch_size: 8 }, checkpoint: { every: 'epoch' } })
    let isDone = false
    const { code, stderr } = await runCommand(['spec.json', '--out', 'out'], {
      cwd,
      watch(_, text) {
        if (isDone || !text.includes('Epoch 2/')) return
        isDone = true
        renameSync(join(cwd, 'out'), join(cwd, 'moved'))
      },
    })
    expect(code).toBe(2)
    expect(stderr).toContain('The folder of the run is gone: out was removed or renamed during training.')
    expect(existsSync(join(cwd, 'out'))).toBe(false)
  },
)

describe('one path for two files', () => {
  test.each([
    [['spec.json', '--history', 'spec.json'], '--history: spec.json would overwrite the spec'],
    [['spec.json', '--history', './same.json'], '--history: ./same.json would overwrite the spec'],
    [['summary', 'spec.json', '--svg', 'spec.json'], '--svg: spec.json would overwrite the spec'],
    [
      [
        'spec.json',
        '--history',
        'h.csv',
        '--out',
        'o/x',
        '--set',
        'callbacks=[{"type":"CSVLogger","filename":"../../h.csv","append":true}]',
      ],
      'and --history are the same file',
    ],
  ])('%j is refused', async (args, words) => {
    const cwd = folderWith()
    execFileSync('ln', ['spec.json', 'same.json'], { cwd })
    const before = readFileSync(join(cwd, 'spec.json'), 'utf8')
    const { code, stderr } = await runCommand(args, { cwd })
    expect(code).toBe(2)
    expect(stderr).toContain(words)
    expect(readFileSync(join(cwd, 'spec.json'), 'utf8')).toBe(before)
    expect(readdirSync(cwd).toSorted()).toEqual(['same.json', 'spec.json'])
  })
})

describe('a file of a CSVLogger with other columns', () => {
  const logger = { type: 'CSVLogger', filename: '../../log.csv', append: true }
  const cwdWith = (text: string, more: object = {}) => {
    const cwd = folderWith({ callbacks: [logger], ...more })
    writeFileSync(join(cwd, 'log.csv'), text)
    return cwd
  }

  test.each([
    ['of the network', 'epoch,loss\r\n', {}, 'epoch,loss,val_loss'],
    [
      'with a rate',
      'epoch,loss,val_loss\r\n',
      { callbacks: [RATE, logger] },
      'epoch,learning_rate,loss,val_learning_rate,val_loss',
    ],
    [
      'with validation',
      'epoch,loss\r\n',
      { fit: { ...BARS_AND_STRIPES.fit, validation_split: 0.5 } },
      'epoch,loss,val_loss',
    ],
  ])('is refused before anything is made: %s', async (_, text, more, columns) => {
    const cwd = cwdWith(text, more)
    const { code, stderr } = await runCommand(['spec.json', '--out', 'o/x'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Cannot add rows to .*log\.csv: its first line is .*\n$/)
    expect(stderr).toContain(`but the columns are "${columns}".`)
    expect(readdirSync(cwd).toSorted()).toEqual(['log.csv', 'spec.json'])
  })

  test('with the same columns it gets more rows', async () => {
    const cwd = cwdWith('epoch,loss,val_loss\r\n0,1,NA\r\n')
    const { code, stderr } = await runCommand(['spec.json', '--out', 'o/x'], { cwd })
    expect(code, stderr).toBe(0)
    expect(readFileSync(join(cwd, 'log.csv'), 'utf8').trimEnd().split('\r\n')).toHaveLength(5)
  })

  test('does not matter to find-lr, which runs no callbacks', async () => {
    const cwd = cwdWith('else\n')
    const { code, stderr } = await runCommand(['find-lr', 'spec.json', '--out', 'o/x', '--steps', '20'], { cwd })
    expect(stderr).not.toContain('log.csv')
    expect([0, 1]).toContain(code)
  })
})

test('of runs that start in one folder at once, one trains', async () => {
  const cwd = folderWith()
  mkdirSync(join(cwd, 'same'))
  const ended = await Promise.all(
    [1, 2, 3].map((seed) => runCommand(['spec.json', '--out', 'same', '--set', `seed=${seed}`], { cwd })),
  )
  expect(ended.map(({ code }) => code).toSorted()).toEqual([0, 2, 2])
  expect(readdirSync(join(cwd, 'same')).toSorted()).toEqual(WHOLE)
})
