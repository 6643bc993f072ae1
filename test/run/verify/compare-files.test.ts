/** Two runs are compared byte for byte, but for times. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { eventFileHeader, scalarsEvent } from '../../../src/export/event-file.js'
import { compareFiles } from '../../../src/run/verify/compare-files.js'
import { temporaryFolder } from '../../support/command.js'

type Files = Readonly<Record<string, string | Uint8Array>>

function folderOf(files: Files): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const compared = async (straight: Files, resumed: Files) =>
  Object.fromEntries(
    (await compareFiles(folderOf(straight), folderOf(resumed))).map(({ file, difference }) => [file, difference]),
  )

/** Scalars as TensorBoard's callback writes them at some time. */
const scalars = (seconds: number, ...losses: number[]) =>
  Buffer.concat([eventFileHeader(seconds), ...losses.map((loss, step) => scalarsEvent(seconds + step, step, { loss }))])

const history = (fields: object) =>
  JSON.stringify({
    ...{ started: 'now', total_seconds: Math.random(), seconds: [Math.random()], metrics: { loss: [0.5, 0.25] } },
    expectations: [{ key: 'seconds', found: Math.random(), passed: true }],
    ...fields,
  })

test('times are left out, in any folder', async () => {
  const run = (time: number): Files => ({
    'history.json': history({ started: `at ${time}` }),
    'history.csv': `epoch,loss,seconds\n1,0.5,${time}\n`,
    'stages/1/spec.json': JSON.stringify({ checkpoint: { every: time }, seed: 1 }),
    'preparation.json': JSON.stringify({ spec: `hash ${time}`, preparation: 1 }),
    [`logs/events.out.tfevents.${time}.host.${time}.0.v2`]: scalars(time, 1, 2),
    [`state/${time}/checkpoint.json`]: '',
    'run.lock': String(time),
  })
  expect(await compared(run(1), run(2))).toEqual({
    'history.csv': null,
    'history.json': null,
    'logs/events.out.tfevents.*': null,
    'preparation.json': null,
    'stages/1/spec.json': null,
  })
})

test('the first difference is named', async () => {
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
  const differences = await compared(
    {
      'history.json': history({}),
      'history.csv': 'epoch,loss,seconds\n1,0.5,1\n2,0.25,2\n',
      'spec.json': '{"a":1,"b":2}',
      'logs/events.out.tfevents.1': scalars(1, 1, 2),
      'model/weights.bin': floats(1, 2, 3),
      'model/model.json': 'abc',
      'best/weights.bin': floats(1),
      'only/straight': '',
      'pictures/a.png': 'abc',
    },
    {
      'history.json': history({ metrics: { loss: [0.5, 0.125] } }),
      'history.csv': 'epoch,loss,seconds\n1,0.5,1\n2,0.125,2\n',
      'spec.json': '{"b":2,"a":1}',
      'logs/events.out.tfevents.1': scalars(1, 1, 3),
      'model/weights.bin': floats(1, 2.5, 3),
      'model/model.json': 'ab',
      'best/weights.bin': floats(1),
      'model/weights.bin.0123456789ab.tmp': '',
      'pictures/a.png': 'abd',
    },
  )
  expect(differences).toEqual({
    'best/weights.bin': null,
    'history.csv': 'line 3: "2,0.25" and "2,0.125"',
    'history.json': 'metrics.loss.1: 0.25 and 0.125',
    'logs/events.out.tfevents.*': expect.stringMatching(/^byte \d+$/),
    'model/model.json': '3 and 2 bytes',
    'model/weights.bin': 'number 1: 2 and 2.5',
    'model/weights.bin.0123456789ab.tmp': 'only the resumed run has it',
    'only/straight': 'only the straight run has it',
    'pictures/a.png': 'byte 2',
    'spec.json': 'the order of the fields',
  })
})
