/** Threads and files of a run while it lasts. Nothing remains after it, however it ends. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { engineNames } from '../support/engines.js'
import { filesBelow } from '../support/installation.js'

const compiled = engineNames.filter((name) => !name.startsWith('eager'))

const folderWith = (dataset: string, layers: readonly object[], fit: object) =>
  temporaryFolder({
    'spec.json': JSON.stringify({
      data: { dataset, flatten: true },
      model: { type: 'Sequential', layers: [...layers, { type: 'Dense', units: 10, activation: 'softmax' }] },
      optimizer: 'Adam',
      loss: 'sparse_categorical_crossentropy',
      metrics: ['acc'],
      fit,
    }),
  })

const argumentsFor = (engine: string) => ['spec.json', '--engine', engine, '--device', 'cpu', '--out', 'out']

/** Rows are there once an epoch has ended. */
const isNoRow = (file: string) => file !== 'history.csv'

/** See proc(5). */
const proc = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')

const childrenOf = (pid: number) => readdirSync(`/proc/${pid}/task`).map((task) => proc(pid, `task/${task}/children`))

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!

describe.runIf(process.platform === 'linux').each(compiled)('engine %s', (engine) => {
  /**
   * Memory of the process that is no file's is read as each epoch of 250 steps ends. It grows at first: code is compiled,
   * heaps find their size. After 1,250 steps it stays: the median of the last five readings is within 5 % of that of the
   * first five. Medians, because a reading just before garbage is collected says little. 8 kB lost in a step are found;
   * handles of TensorFlow are counted elsewhere.
   */
  test('uses as much memory after 5,000 steps as after 2,000', async () => {
    const [epochs, warm, group] = [20, 5, 5]
    const cwd = folderWith('mnist', [{ type: 'Dropout', rate: 0.2 }], { batch_size: 240, epochs, validation_split: 0 })
    const kilobytes: number[] = []
    const { code, stderr } = await runCommand(argumentsFor(engine), {
      cwd,
      // new objects get more room at a time that V8 chooses
      env: { NODE_OPTIONS: '--max-semi-space-size=4' },
      watch(child, text) {
        const ended = text.match(/^Epoch /gm)?.length ?? 0
        if (ended <= kilobytes.length || ended === epochs) return
        kilobytes.push(Number(/^RssAnon:\s+(\d+)/m.exec(proc(child.pid!, 'status'))![1]))
      },
    })
    expect(code, stderr).toBe(0)
    const { samples } = JSON.parse(readFileSync(join(cwd, 'out/history.json'), 'utf8'))
    expect((samples / 240) * epochs).toBe(5000)
    expect(kilobytes.length).toBeGreaterThanOrEqual(warm + 2 * group)
    const [early, late] = [kilobytes.slice(warm, warm + group), kilobytes.slice(-group)].map(median)
    expect(Math.abs(late! / early! - 1), `${kilobytes.join(' ')} kB`).toBeLessThan(0.05)
  })

  /** A step of a second or two; with twice as many units, four times as long. */
  const slow = (units = 2000) => {
    const wide = { type: 'Dense', units, activation: 'relu' }
    return folderWith('mnist-10k', [wide, wide], { batch_size: 7200, epochs: 1000, validation_split: 0.1 })
  }

  /** Sends signals into the middle of a step: the first, and each other one when the command has answered the one before. */
  async function killed(cwd: string, ...signals: readonly NodeJS.Signals[]) {
    let pid = 0
    let sent = 0
    let children: string[] = []
    const result = await runCommand(argumentsFor(engine), {
      cwd,
      group: true,
      watch(child, text) {
        pid = child.pid!
        const answers = ['Train on ', 'press Ctrl-C again']
        if (sent === signals.length || !text.includes(answers[sent]!)) return
        const signal = signals[sent++]!
        setTimeout(() => {
          children = childrenOf(pid)
          process.kill(-pid, signal)
        }, 300)
      },
    })
    expect(children.join(''), 'processes that the run had started').toBe('')
    expect(() => process.kill(-pid, 0), 'a process of the run is alive').toThrow('ESRCH')
    return { ...result, files: filesBelow(join(cwd, 'out')) }
  }

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const
  // the command hears signals, not the engine: one engine shows all
  test.each(engine === compiled[0] ? signals : signals.slice(0, 1))(
    '%s in a step: it ends after the step, and leaves what it says',
    async (signal, exitCode) => {
      const { code, stderr, files } = await killed(slow(), signal)
      expect(code).toBe(exitCode)
      expect(stderr).toMatch(/\nInterrupted in epoch \d+, /)
      expect(files.filter(isNoRow)).toEqual([
        'history.json',
        'model/model.json',
        'model/weights.bin',
        'preparation.json',
        'spec.json',
        'state/1/checkpoint.json',
        'state/1/state.safetensors',
      ])
    },
  )

  test('twice: it ends at once', async () => {
    const { code, stderr, files } = await killed(slow(4000), 'SIGINT', 'SIGINT')
    expect(code).toBe(130)
    expect(stderr).not.toContain('Interrupted')
    expect(stderr).toContain('Stopped at once; the model and history.json were not written. Files: out')
    expect(files.filter(isNoRow)).toEqual(['preparation.json', 'spec.json'])
  })

  test('SIGKILL in a step leaves the files written so far, and no process', async () => {
    const { code, files } = await killed(slow(), 'SIGKILL')
    expect(code).toBeNull()
    expect(files.filter(isNoRow)).toEqual(['preparation.json', 'run.lock', 'spec.json'])
  })
})
