/** Pictures in the folder of an RBM's run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { beforeAll, expect, test } from 'vitest'
import { runCommand } from '../support/command.js'
import { SMALL_RBM, trainedRuns } from '../support/rbm-run.js'

const DECAY = { type: 'PolynomialDecay', initial_learning_rate: 0.1, end_learning_rate: 0 }

let cwd: string
beforeAll(async () => {
  cwd = await trainedRuns({
    cd: SMALL_RBM,
    pcd: {
      ...SMALL_RBM,
      training: { algorithm: 'pcd', chains: 30 },
      optimizer: { type: 'SGD', learning_rate: { ...DECAY, decay_steps: { epochs: 1 } } },
      fit: { batch_size: 150, epochs: 1 },
    },
  })
})

test.each(['cd', 'pcd'])('of %s', (name) => {
  const folder = join(cwd, name, 'pictures')
  expect(readdirSync(folder).toSorted()).toEqual([
    'fantasy.png',
    'filters.png',
    'hidden-activity.png',
    'histograms.png',
    'reconstructions.png',
  ])
  const sizes = Object.fromEntries(
    readdirSync(folder).map((file) => {
      const { width, height } = decode(readFileSync(join(folder, file)))
      return [file, [width, height]]
    }),
  )
  const tiles = (rows: number) => [3 * (10 * 29 + 1), 3 * (rows * 29 + 1)]
  expect(sizes).toMatchObject({
    'filters.png': tiles(2),
    'fantasy.png': tiles(name === 'pcd' ? 3 : 10),
    'hidden-activity.png': [75 * 12, 75 * 200],
  })
})

test('the model is that of training, not of the step that the pictures show', async () => {
  const again = ['cd/spec.json', '--out', 'again', '--verbose', '0']
  expect(await runCommand(again, { cwd })).toMatchObject({ code: 0, stderr: '' })
  for (const file of ['model/weights.bin', 'pictures/filters.png', 'pictures/fantasy.png']) {
    const [one, two] = ['cd', 'again'].map((run) => readFileSync(join(cwd, run, file)))
    expect(one!.equals(two!), file).toBe(true)
  }
  const { stdout } = await runCommand(['evaluate', 'cd', '--json'], { cwd })
  const history = JSON.parse(readFileSync(join(cwd, 'cd/history.json'), 'utf8'))
  expect(JSON.parse(stdout).test).toEqual(history.test)
})

test('updates are visible even if the rate ends at 0', () => {
  const { width, height, data, channels } = decode(readFileSync(join(cwd, 'pcd/pictures/histograms.png')))
  // the second of four panels, where a line stands at 0 between what is below and above
  const panel = data.subarray(Math.floor(height / 4) * width * channels, Math.floor(height / 2) * width * channels)
  const isZero = (_: number, at: number) =>
    at % channels === 0 && panel[at] === 210 && panel[at + 1] === 90 && panel[at + 2] === 60
  expect(Array.from(panel).some(isZero)).toBe(true)
})

test('a run that diverged has no pictures', async () => {
  const args = ['cd.json', '--out', 'diverged', '--set', 'optimizer.learning_rate=1e38']
  const { code } = await runCommand(args, { cwd })
  expect(code).toBe(3)
  expect(existsSync(join(cwd, 'diverged/pictures'))).toBe(false)
})
