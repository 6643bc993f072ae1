/** A run under nohup outlives its terminal. Node itself would forget that SIGHUP is ignored. */
import { spawnSync } from 'node:child_process'
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

/** Starts a command in a terminal of its own, closes that when a file is there, and prints how the command ended. */
const IN_TERMINAL = `
import os, pty, sys, threading, time
file, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0: os.execvp(command[0], command)
def drain():
    try:
        while os.read(terminal, 65536): pass
    except OSError: pass
threading.Thread(target=drain, daemon=True).start()
while not os.path.exists(file): time.sleep(0.05)
time.sleep(0.3)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`
const python = spawnSync('python3', ['-c', 'import pty']).status === 0

test.runIf(python)('a terminal that is gone: the run ends as by SIGHUP, with its results', async () => {
  const fit = { ...SPEC.fit, epochs: 100_000 }
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify({ ...SPEC, fit }), 'terminal.py': IN_TERMINAL })
  const { stdout } = await runShell(`python3 terminal.py out/history.csv ${train}`, { cwd })
  expect(stdout).toBe('129\n')
  expect(readdirSync(join(cwd, 'out'))).toContain('history.json')
})
