/** `train doctor` on this machine, complete and with parts missing. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ENGINE_NAMES } from '../../src/engine/registry.js'
import { runCommand, runShell, temporaryFolder, withoutPackage } from '../support/command.js'
import { LIBRARY } from '../support/package-index.js'
import { documentOf } from '../support/schema.js'
import { canCompile, compile, compileDriver } from '../support/stub.js'

/** A user who has set nothing up, and has no Python. */
const nothingSetUp = () => {
  const home = temporaryFolder()
  const places = { HOME: home, XDG_CACHE_HOME: join(home, '.cache') }
  return { ...places, PATH: '', NODE_PATH: '', VIRTUAL_ENV: '', CONDA_PREFIX: '' }
}

const reportOf = (stdout: string) => documentOf(stdout, 'doctor.schema.json')

test('--json: one document; working engines are correct and measured', async () => {
  const { code, stdout, stderr } = await runCommand(['doctor', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const report = reportOf(stdout)
  expect(report).toMatchObject({ version: 1, healthy: true, node: process.versions.node, auto: { note: /./ } })
  const names = report.engines.map(({ name }: { name: string }) => name)
  expect(names).toEqual(ENGINE_NAMES)
  expect(names).toContain(report.auto.engine)
  for (const engine of report.engines) {
    if (engine.state === 'unavailable') {
      expect(engine).toMatchObject({ problem: expect.stringMatching(/^[A-Z].*\.$/), device: null, step: null })
    } else {
      expect(engine, engine.problem).toMatchObject({ state: 'right', problem: null })
      expect(engine.step.steps).toBeGreaterThanOrEqual(3)
      expect(engine.step.minimum_ms).toBeLessThanOrEqual(engine.step.median_ms)
    }
  }
  expect(report.tensorflow.places.filter(({ counts }: { counts: boolean }) => counts).length).toBeLessThanOrEqual(1)
})

test('for people: plain text on standard output, with the command that installs missing parts', async () => {
  const { code, stdout, stderr } = await runCommand(['doctor'], { env: nothingSetUp() })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
  expect(stdout).toMatch(/^trainspec \d+\.\d+\.\d+, Node [^\n]*\n\nDevices\n {2}Processor {2}./)
  expect(stdout).toMatch(/\n {2}✓ {2}onnx +cpu +[\d.]+ [MGT]FLOP\/s +\d+ +[\d.]+ [MGT]B\/s .* ms +\d+\n/)
  expect(stdout).toContain(
    '\n  -  tensorflow\n     Engine tensorflow finds no TensorFlow library; `train setup tensorflow` installs it.\n',
  )
  expect(stdout).toMatch(/\n {2}- {2}train setup +~\/.*trainspec\n/)
  expect(stdout).toMatch(
    /\nEngine auto selects onnx on cpu \(.*tensorflow is not set up\)\.\nThis machine can train\.\n$/,
  )
})

test('exit code 1 if no compiled engine works', async () => {
  const env = { ...nothingSetUp(), ...withoutPackage('koffi') }
  const { code, stdout, stderr } = await runCommand(['doctor', '--json'], { env })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  const report = reportOf(stdout)
  expect(report).toMatchObject({ healthy: false, auto: { note: expect.stringContaining('which is slow') } })
  expect(report.engines[0]).toMatchObject({
    state: 'unavailable',
    problem: expect.stringMatching(/^C libraries cannot be called \(/),
  })
})

test.skipIf(!canCompile)(
  'a library that crashes does not end the command; a GPU that is not used is reported',
  async () => {
    const folder = temporaryFolder()
    compile(join(folder, LIBRARY), '#include <stdlib.h>\nconst char *TF_Version(void) { abort(); }\n')
    compileDriver(folder)
    const driver = { LD_LIBRARY_PATH: folder, STUB_GPUS: '1', STUB_DRIVER: '12040' }
    const env = { TRAINSPEC_TENSORFLOW: folder, ...driver }
    const { code, stdout, stderr } = await runCommand(['doctor', '--json'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { engines, nvidia, tensorflow, auto } = reportOf(stdout)
    const problem = 'The process of engine tensorflow ended unexpectedly (SIGABRT).'
    expect(engines).toContainEqual(expect.objectContaining({ name: 'tensorflow', state: 'unavailable', problem }))
    expect(tensorflow.places[0]).toMatchObject({ source: 'TRAINSPEC_TENSORFLOW', folder, counts: true })
    expect(auto).toMatchObject({
      engine: 'onnx',
      device: 'cpu',
      note: expect.stringContaining('faster than tensorflow'),
    })
    if (process.platform !== 'linux') return
    expect(nvidia).toEqual({ devices: ['Stub 0'], cuda: '12.4', problem: null })
    expect(tensorflow.problem).toBe('The NVIDIA device is not used; `train setup cuda` installs it for NVIDIA devices.')
  },
)

describe('its processes', () => {
  /** Starts it, waits for the process of an engine, sends a signal; that process must end too. */
  const endedBy = (signal: string) => `
    $train doctor & doctor=$!
    until engine=$(pgrep -P $doctor); do sleep 0.05; done
    kill -${signal} $doctor
    wait $doctor; echo $?
    for try in $(seq 50); do kill -0 $engine 2>/dev/null || break; sleep 0.2; done
    kill -0 $engine 2>/dev/null && echo left; true`

  test('are gone when it is interrupted', async () => {
    const { stdout, stderr } = await runShell(endedBy('TERM'))
    expect({ stdout, stderr }).toEqual({ stdout: '143\n', stderr: 'Interrupted.\n' })
  })

  test('are gone when it is killed', async () => {
    const { stdout } = await runShell(endedBy('KILL'))
    expect(stdout).toBe('137\n')
  })
})
