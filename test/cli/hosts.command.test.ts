/** `train worker` and `train SPEC --hosts`: what is refused in words, and what ends. Nothing trains here. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/hosts/free-port.js'
import { until } from '../support/cluster.js'
import { COMMAND, runCommand, runShell, temporaryFolder } from '../support/command.js'

const SPEC = {
  data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
  model: { type: 'RBM', hidden_units: 4 },
  training: { algorithm: 'cd' },
  fit: { epochs: 3, batch_size: 8 },
}

function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = temporaryFolder({ token: 'a secret of many characters', 'spec.json': JSON.stringify(SPEC), ...files })
  chmodSync(join(path, 'token'), 0o600)
  return path
}

const WORKER = ['worker', '--listen', '127.0.0.1:0', '--token', 'token', '--insecure']

describe('a worker', () => {
  test('says where it listens, and ends with 0 on SIGTERM', async () => {
    const { code, stderr } = await runCommand(WORKER, {
      cwd: folder(),
      // once: a second signal would end it at once
      watch: (child, text) => void (text.includes('Listening') && !text.includes('Stopped') && child.kill('SIGTERM')),
    })
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d Listening on 127\.0\.0\.1:[1-9]\d*\.\n\d\d:\d\d:\d\d Stopped\.\n$/)
    expect(code).toBe(0)
  })

  test('lists everything that is missing', async () => {
    const { code, stderr } = await runCommand(['worker'])
    expect([code, stderr]).toEqual([
      2,
      '--listen HOST:PORT is missing: the address to listen on\n--token FILE is missing: the file with the secret of the group\nSee: train worker --help\n',
    ])
  })

  test('lists everything that is wrong', async () => {
    const cwd = folder()
    chmodSync(join(cwd, 'token'), 0o644)
    const { code, stderr } = await runCommand(['worker', '--listen', '0.0.0.0:7070', '--token', 'token'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toContain('--listen 0.0.0.0:7070: that is every address of this machine.')
    expect(stderr).toContain('Others may read the token in token. Allow it to yourself alone: chmod 600 token\n')
  })

  test('cannot listen where another program does', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await until(() => server.listening)
    const { port } = server.address() as { port: number }
    const args = ['worker', '--listen', `127.0.0.1:${port}`, '--token', 'token', '--insecure']
    const { code, stderr } = await runCommand(args, { cwd: folder() })
    expect([code, stderr]).toEqual([2, `Cannot listen on 127.0.0.1:${port}: address already in use (EADDRINUSE).\n`])
  })

  test('that is to be killed with its parent is', async () => {
    const cwd = folder()
    const line = `TRAINSPEC_KILLED_WITH=$$ $train ${WORKER.join(' ')} 2> log & echo $!; while ! grep -q Listening log; do sleep 0.1; done; kill -9 $$`
    const { code, stdout } = await runShell(line, { cwd })
    expect(code).toBe(null)
    await until(() => !existsSync(`/proc/${stdout.trim()}`))
  })
})

test('a host without a worker says that the data are not sent', async () => {
  const data = { source: 'none.csv', target: 'y' }
  const network = { type: 'Sequential', layers: [{ type: 'Dense', units: 2 }] }
  const spec = { data, model: network, loss: 'mse' }
  const task = { type: 'worker', index: 1 }
  const { code, stderr } = await runCommand(['spec.json'], {
    cwd: folder({ 'spec.json': JSON.stringify(spec) }),
    env: { TF_CONFIG: JSON.stringify({ cluster: { worker: ['b:1', 'c:1'] }, task }) },
  })
  expect(code, stderr).toBe(2)
  expect(stderr).toContain('All hosts read the data under the same paths. "train --hosts" sends the data to hosts that')
})

describe('--hosts', () => {
  test('lists everything that is wrong', async () => {
    const args = ['spec.json', '--hosts', 'b,c:0', '--token', 'none', '--hosts-min', '4', '--insecure']
    const { code, stderr } = await runCommand(args, { cwd: folder() })
    expect([code, stderr]).toEqual([
      2,
      [
        '--hosts: found "b", must be HOST:PORT, such as b:7070, 10.0.0.2:7070 or [fd00::2]:7070',
        '--hosts: found "c:0", its port must be from 1 to 65535',
        'Cannot read the token: none: no such file or folder.',
        '',
      ].join('\n'),
    ])
  })

  test('needs no more machines than there are', async () => {
    const args = ['spec.json', '--hosts', 'b:1,c:1', '--token', 'token', '--hosts-min', '4', '--insecure']
    const { code, stderr } = await runCommand(args, { cwd: folder() })
    expect([code, stderr]).toEqual([2, '--hosts-min: found 4, must be at most 3, this machine included\n'])
  })

  test('and TF_CONFIG are not used together', async () => {
    const args = ['spec.json', '--hosts', 'b:1', '--token', 'token', '--insecure']
    const { code, stderr } = await runCommand(args, { cwd: folder(), env: { TF_CONFIG: '{}' } })
    expect([code, stderr]).toEqual([
      2,
      '--hosts: TF_CONFIG in the environment names another group. Use one of the two.\n',
    ])
  })

  test('asks nobody before the spec is right', async () => {
    let asked = 0
    const server = createServer(() => asked++).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await until(() => server.listening)
    const { port } = server.address() as { port: number }
    const cwd = folder()
    const args = [
      'spec.json',
      '--hosts',
      `127.0.0.1:${port}`,
      '--token',
      'token',
      '--insecure',
      '--set',
      'fit.epochs=0',
    ]
    const { code, stderr } = await runCommand(args, { cwd })
    expect([code, asked, existsSync(join(cwd, 'runs'))]).toEqual([2, 0, false])
    expect(stderr).toContain('found 0, must be at least 1')
  })

  test.each([
    ['folds', 'fit.k_fold=3', 'Several hosts cannot train the folds'],
    ['persistent chains', 'training.algorithm=pcd', 'Several hosts cannot train an RBM by "pcd"'],
    ['several devices', 'device=gpu:0,gpu:1', 'Several hosts cannot use several devices each'],
  ])('refuses %s before anybody is asked', async (_, setting, words) => {
    const args = ['spec.json', '--hosts', `127.0.0.1:${await freePort()}`, '--token', 'token', '--insecure']
    const { code, stderr } = await runCommand([...args, '--hosts-wait', '1', '--set', setting], { cwd: folder() })
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(words)
  })

  test('ends with 75 when a host never comes, and prints the command that goes on', async () => {
    const port = await freePort()
    const cwd = folder()
    const args = ['spec.json', '--hosts', `127.0.0.1:${port}`, '--token', 'token', '--insecure', '--hosts-wait', '1']
    const { code, stderr } = await runCommand([...args, '--set', 'fit={"epochs":2}', '--verbose', '2'], { cwd })
    expect([code, stderr]).toEqual([
      75,
      `After 1 s only 1 of 2 hosts is there, and 2 are needed. Missing: 127.0.0.1:${port} (connection refused (ECONNREFUSED)). To go on: train spec.json '--set=fit={"epochs":2}' --verbose=2 --out=runs/spec/1 --resume --hosts=127.0.0.1:${port} --token=token --hosts-wait=1 --insecure\n`,
    ])
  })

  test('ends with 130 when the user does not want to wait', async () => {
    const args = ['spec.json', '--hosts', `127.0.0.1:${await freePort()}`, '--token', 'token', '--insecure']
    const { code, stderr } = await runCommand(args, {
      cwd: folder(),
      watch: (child, text) => void (text.includes('Waiting up to') && child.kill('SIGINT')),
    })
    expect(code).toBe(130)
    expect(stderr).toMatch(/^Waiting up to 600 s for 127\.0\.0\.1:\d+\.\nInterrupted\.\n$/)
  })

  test('refuses a worker that has another token', async () => {
    const cwd = folder({ other: 'another secret of many characters' })
    chmodSync(join(cwd, 'other'), 0o600)
    const worker = await startWorker(cwd)
    const args = ['spec.json', '--hosts', worker.address, '--token', 'other', '--insecure']
    const { code, stderr } = await runCommand(args, { cwd })
    expect([code, stderr]).toEqual([2, `Host ${worker.address} refuses: the token is another one.\n`])
    expect(worker.text()).toMatch(/refused: the token is another one\n$/)
    expect(existsSync(join(cwd, 'runs/spec/1'))).toBe(false)
  })
})

/** A worker that waits, until the test is over. */
async function startWorker(cwd: string) {
  const child: ChildProcess = spawn(process.execPath, [COMMAND, ...WORKER], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stderr!.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  await until(() => text.includes('Listening'))
  return { address: /Listening on (\S+)\./.exec(text)![1]!, text: () => text }
}
