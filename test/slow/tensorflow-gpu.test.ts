/** Engine `tensorflow` with GPUs, as far as a machine without one allows: stubs report the driver and the GPUs. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandResult, runCommand, temporaryFolder } from '../support/command.js'
import { filesBelow } from '../support/installation.js'
import { canStubTensorflow, compileDriver, compileTensorflow } from '../support/stub.js'

const SPEC = join(import.meta.dirname, '../../specs/mnist-10k.json')

/** Settings of the stubs, without their prefix STUB_. */
type Machine = Readonly<Record<string, string | number>>

describe.runIf(canStubTensorflow)('with a stub of the driver and a library for CUDA', () => {
  let stubs = ''
  beforeAll(() => {
    stubs = mkdtempSync(join(tmpdir(), 'trainspec-'))
    compileTensorflow(stubs)
    compileDriver(stubs)
  })
  afterAll(() => rmSync(stubs, { recursive: true }))

  /** A run of one epoch on such a machine: how it ended, its history, and what the stub wrote. */
  async function run(line: string, machine: Machine) {
    const cwd = temporaryFolder()
    const log = join(cwd, 'log')
    const env = Object.fromEntries(Object.entries(machine).map(([name, value]) => [`STUB_${name}`, String(value)]))
    const args = [SPEC, '--set', 'fit.epochs=1', '--set', 'expect={}', '--out', 'out', ...line.split(' ')]
    const result = await runCommand(args.filter(Boolean), {
      cwd,
      env: {
        XDG_CACHE_HOME: join(cwd, 'cache'),
        TRAINSPEC_TENSORFLOW: stubs,
        LD_LIBRARY_PATH: stubs,
        STUB_LOG: log,
        ...env,
      },
    })
    const read = (file: string) => {
      try {
        return readFileSync(join(cwd, file), 'utf8')
      } catch {
        return ''
      }
    }
    const lines = read('log').split('\n')
    return {
      ...result,
      files: filesBelow(cwd),
      history: JSON.parse(read('out/history.json') || '{}'),
      configs: lines
        .filter((one) => one.startsWith('config '))
        .map((one) => fieldsOf(Buffer.from(one.slice(7), 'hex'))),
      left: lines.filter((one) => one.startsWith('left ')),
      kernels: new Set(lines.filter((one) => one.startsWith('kernels '))),
      cache: join(cwd, 'cache/trainspec'),
    }
  }

  const MACHINE = { DRIVER: 12040, GPUS: 2 }

  /** With engine or device auto, the program continues without the GPU and says why. */
  async function expectProcessor(machine: Machine, why: RegExp, auto: 'onnx' | 'tensorflow'): Promise<void> {
    for (const [line, engine] of [
      ['', auto],
      ['--engine tensorflow', 'tensorflow'],
    ] as const) {
      const result = await run(line, machine)
      expect(result).toMatchObject({ code: 0, left: [], history: { engine, device: 'cpu' } })
      const [first] = result.stderr.split('\n')
      expect(first).toMatch(new RegExp(`^Engine ${engine} on cpu \\(.*\\)\\.$`))
      expect(first).toMatch(why)
    }
  }

  test('auto takes the first GPU, which computes what the processor does', async () => {
    const onGpu = await run('', MACHINE)
    expect(onGpu).toMatchObject({ code: 0, left: [], history: { engine: 'tensorflow', device: 'gpu:0' } })
    expect(onGpu.stderr).toMatch(/^Engine tensorflow on gpu:0\.\n/)
    // kernels that the driver compiles stay in our cache
    expect([...onGpu.kernels]).toEqual([`kernels ${onGpu.cache}/cuda`])
    expect(existsSync(join(onGpu.cache, 'cuda'))).toBe(true)
    const onProcessor = await run('--engine tensorflow --device cpu', MACHINE)
    expect(onProcessor).toMatchObject({ code: 0, left: [], history: { engine: 'tensorflow', device: 'cpu' } })
    // a processor computes the halves of a batch side by side
    for (const [name, values] of Object.entries<number[]>(onProcessor.history.metrics)) {
      for (const [epoch, value] of values.entries()) expect(onGpu.history.metrics[name][epoch]).toBeCloseTo(value, 6)
    }
  })

  test('two GPUs share each batch', async () => {
    const [PARALLEL, GPU_OPTIONS, VISIBLE_DEVICES] = [5, 6, 5]
    const onBoth = await run('--device gpu:1,gpu:0', MACHINE)
    expect(onBoth).toMatchObject({ code: 0, left: [], history: { engine: 'tensorflow', device: 'gpu:1,gpu:0' } })
    expect(onBoth.stderr).toMatch(/^Engine tensorflow on gpu:1,gpu:0\.\n/)
    const config = onBoth.configs.at(-1)!
    expect(config[PARALLEL]).toBe(2)
    const gpus = fieldsOf(config[GPU_OPTIONS] as Uint8Array)[VISIBLE_DEVICES]
    expect(Buffer.from(gpus as Uint8Array).toString()).toBe('1,0')
    const onOne = await run('--device gpu:1', MACHINE)
    for (const [name, values] of Object.entries<number[]>(onOne.history.metrics)) {
      for (const [epoch, value] of values.entries()) expect(onBoth.history.metrics[name][epoch]).toBeCloseTo(value, 6)
    }
  })

  test('two GPUs of which one is not there, or not found by TensorFlow', async () => {
    expectRefusal(
      await run('--device gpu:0,gpu:2,gpu:5', MACHINE),
      /^There is no gpu:2, no gpu:5: this machine has gpu:0 \(Stub 0\), gpu:1 \(Stub 1\)\.$/m,
    )
    expectRefusal(
      await run('--device gpu:0,gpu:1', { ...MACHINE, SESSION_GPUS: 1 }),
      /^TensorFlow finds 1 of 2 GPUs with .*libtensorflow_cc.*; --verbose 3 shows why\.$/m,
    )
  })

  /** tensorflow/core/protobuf/config.proto */
  test('the configuration names the GPU, and takes memory as it is needed', async () => {
    const { history, configs } = await run('--engine tensorflow --device gpu:1 --set precision=mixed_float16', MACHINE)
    expect(history).toMatchObject({ device: 'gpu:1', precision: 'mixed_float16' })
    const [DEVICE_COUNT, GPU_OPTIONS, SOFT_PLACEMENT, GRAPH_OPTIONS, REWRITERS] = [1, 6, 7, 10, 10]
    const [ALLOW_GROWTH, VISIBLE_DEVICES, MIXED_FLOAT16, ON] = [4, 5, 23, 1]
    const config = configs.at(-1)!
    expect(config).not.toHaveProperty(`${DEVICE_COUNT}`)
    expect(config[SOFT_PLACEMENT]).toBe(1)
    const gpu = fieldsOf(config[GPU_OPTIONS] as Uint8Array)
    expect(gpu[ALLOW_GROWTH]).toBe(1)
    expect(Buffer.from(gpu[VISIBLE_DEVICES] as Uint8Array).toString()).toBe('1')
    const graph = fieldsOf(config[GRAPH_OPTIONS] as Uint8Array)
    expect(fieldsOf(graph[REWRITERS] as Uint8Array)[MIXED_FLOAT16]).toBe(ON)

    const onProcessor = (await run('--engine tensorflow --device cpu', MACHINE)).configs.at(-1)!
    expect(onProcessor).not.toHaveProperty(`${GPU_OPTIONS}`)
    const count = fieldsOf(onProcessor[DEVICE_COUNT] as Uint8Array)
    expect({ name: Buffer.from(count[1] as Uint8Array).toString(), count: count[2] }).toEqual({ name: 'GPU', count: 0 })
  })

  test.each([
    [
      'a driver that is too old',
      { DRIVER: 11040, GPUS: 1 },
      /driver is too old: it supports CUDA 11\.4, but 12\.0 or newer /,
    ],
    ['no device', { DRIVER: 12040, GPUS: 0 }, /the NVIDIA driver has no device \(cuInit returned 100\)/],
  ])('%s: auto goes on on the processor, and a GPU is refused', async (_, machine, why) => {
    await expectProcessor(machine, why, 'onnx')
    const asked = await run('--device gpu', machine)
    expectRefusal(asked, why)
    expect(asked.stderr).toMatch(/^There is no GPU to compute on: /)
  })

  test.each([
    ['has no GPU', { SESSION_GPUS: 0 }, /TensorFlow finds no GPU with .*libtensorflow_cc.*; --verbose 3 shows why/],
    [
      'cannot be made on it',
      { SESSION_ERROR: 'CUDA_ERROR_OUT_OF_MEMORY' },
      /TensorFlow cannot use gpu:0: CUDA_ERROR_OUT_OF_MEMORY/,
    ],
  ])('a session that %s: auto goes on on the processor, and a GPU is refused', async (_, trouble, why) => {
    await expectProcessor({ ...MACHINE, ...trouble }, why, 'tensorflow')
    expectRefusal(await run('--device gpu', { ...MACHINE, ...trouble }), why)
  })

  test('a GPU that is not there', async () => {
    expectRefusal(
      await run('--device gpu:2', MACHINE),
      /^There is no gpu:2: this machine has gpu:0 \(Stub 0\), gpu:1 \(Stub 1\)\.$/m,
    )
  })

  test('too little memory for the weights is told before anything is written', async () => {
    const result = await run('', { ...MACHINE, RUNS: 0 })
    expectRefusal({ ...result, stderr: result.stderr.replace('Engine tensorflow on gpu:0.\n', '') }, TOO_LITTLE)
    expect(result.files).toEqual(['log'])
  })

  test('too little memory for a step', async () => {
    const result = await run('', { ...MACHINE, RUNS: 3 })
    const begin = 'Engine tensorflow on gpu:0.\nTrain on 7200 samples, validate on 800 samples\n'
    expectRefusal({ ...result, stderr: result.stderr.replace(begin, '') }, TOO_LITTLE)
  })
})

const TOO_LITTLE =
  /^There is too little memory for this step; a smaller fit\.batch_size takes less \(OOM when [^()]*\)\.$/m

function expectRefusal(result: CommandResult & { readonly left: readonly string[] }, why: RegExp): void {
  expect(result).toMatchObject({ code: 2, stdout: '', left: [], history: {} })
  expect(result.stderr).toMatch(/^[^\n]*\.\n$/)
  expect(result.stderr).toMatch(why)
}

/** Fields of a protobuf message by number; of those that are repeated the last. */
function fieldsOf(bytes: Uint8Array): Record<number, number | Uint8Array> {
  const reader = new BinaryReader(bytes)
  const fields: Record<number, number | Uint8Array> = {}
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    fields[field] = type === WireType.Varint ? reader.int32() : reader.bytes()
  }
  return fields
}
