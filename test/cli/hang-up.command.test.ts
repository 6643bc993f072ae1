/** A run under nohup outlives its terminal. Node itself would forget that SIGHUP is ignored. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMAND, runShell, temporaryFolder } from '../support/command.js'

const SPEC = {
  data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
  model: { type: 'RBM', hidden_units: 4 },
  training: { algorithm: 'cd' },
  engine: 'onnx',
  fit: { epochs: 300, batch_size: 8 },
}
const train = `${JSON.stringify(process.execPath)} ${JSON.stringify(COMMAND)} spec.json --out out`

describe.runIf(process.platform === 'linux').each([
  ['nohup, its output to a file', `exec nohup ${train} > nohup.out`],
  ['nohup of bash, which names it in the environment', `exec bash -c 'nohup ${train}; exit'`],
  ['a script under nohup', `exec nohup sh -c '${train} > rows; exit'`],
])('%s', (_, line) => {
  test('the terminal is closed: training continues to its end', async () => {
    const cwd = temporaryFolder({ 'spec.json': JSON.stringify(SPEC) })
    let isClosed = false
    const { stderr } = await runShell(line, {
      cwd,
      group: true,
      watch(child, text) {
        if (isClosed || !text.includes('Epoch 2/')) return
        isClosed = true
        process.kill(-child.pid!, 'SIGHUP')
      },
    })
    expect(isClosed, stderr).toBe(true)
    expect(stderr).toContain('Epoch 300/')
    expect(readdirSync(join(cwd, 'out'))).toContain('history.json')
  })
})
