/** A checkpoint comes back bit for bit, or is found to be damaged; then the one before it is used. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type Checkpoint,
  checkpointNumbers,
  newestCheckpoint,
  newestFacts,
  pruneCheckpoints,
  type WriteOptions,
  writeCheckpoint,
} from '../../src/export/checkpoint-file.js'
import { readSafetensors } from '../../src/export/read-safetensors.js'
import { BEGIN } from '../../src/training/state.js'
import { temporaryFolder } from '../support/command.js'

const { kept: _, ...training } = BEGIN

const checkpoint: Checkpoint = {
  facts: {
    trainspec: '1.2.3',
    started: '2026-01-01T00:00:00.000Z',
    saved: '2026-01-01T00:01:00.000Z',
    computedBy: { engine: 'onnx', device: 'cpu', precision: 'float32', processors: 2 },
    data: '1:2:3',
    startedFrom: null,
    files: [{ path: 'rows.csv', bytes: 10, scalars: null }],
    training: {
      ...training,
      epoch: 2,
      step: 1,
      sums: { samples: 3, outputs: { loss: Float64Array.of(0.1, -0) } },
      callbacks: [{ best: Number.NEGATIVE_INFINITY }, null],
    },
  },
  values: {
    kernel: Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-45),
    empty: new Float32Array(),
    'slot/kernel': Float32Array.of(0.1),
  },
  kept: { kernel: Float32Array.of(5, 4, 3, 2, 1) },
}

const [FACTS, TENSORS, KEPT] = ['checkpoint.json', 'state.safetensors', 'kept.safetensors']

const at = (kernel: number): Checkpoint => ({ ...checkpoint, values: { kernel: Float32Array.of(kernel) } })

const written = (folder: string, number: number, one: Checkpoint, options: Partial<WriteOptions> = {}) =>
  writeCheckpoint(folder, number, one, { isForced: true, before: null, ...options })

test('it comes back bit for bit', async () => {
  const folder = join(temporaryFolder(), 'state')
  const { path } = await written(folder, 1, checkpoint)
  expect(readdirSync(folder)).toEqual(['1'])
  const { found, damaged } = await newestCheckpoint(folder)
  expect(damaged).toEqual([])
  expect(found).toEqual({ ...checkpoint, path })
  expect(Object.is(found!.values.kernel![1], -0)).toBe(true)
  expect(await newestFacts(folder)).toMatchObject({ data: '1:2:3', training: { epoch: 2 } })
})

test('other programs can read its tensors', async () => {
  const { path } = await written(temporaryFolder(), 1, checkpoint)
  const tensors = readSafetensors(readFileSync(join(path, TENSORS)), TENSORS)
  expect([...tensors.keys()]).toEqual(['kernel', 'empty', 'slot/kernel'])
  const kept = readSafetensors(readFileSync(join(path, KEPT)), KEPT)
  expect(kept.get('kernel')!.values()).toEqual(checkpoint.kept!.kernel)
})

test('kept weights that are those of the state are not written twice', async () => {
  const folder = temporaryFolder()
  const kept = { kernel: Float32Array.from(checkpoint.values.kernel!) }
  const { path } = await written(folder, 1, { ...checkpoint, kept })
  expect(readdirSync(path).toSorted()).toEqual([FACTS, TENSORS])
  expect((await newestCheckpoint(folder)).found!.kept).toEqual(kept)
  // -0 and 0 are two
  const other = { kernel: kept.kernel.map((one) => one + 0) }
  await written(folder, 2, { ...checkpoint, kept: other })
  expect(readdirSync(join(folder, '2')).toSorted()).toEqual([FACTS, KEPT, TENSORS])
  expect(Object.is((await newestCheckpoint(folder)).found!.kept!.kernel![1], 0)).toBe(true)
})

test('kept weights that do not change share a file, which stays when the first checkpoint goes', async () => {
  const folder = temporaryFolder()
  const first = await written(folder, 1, checkpoint)
  const second = await written(folder, 2, checkpoint, { before: first, isForced: false })
  const inode = ({ path }: { path: string }) => statSync(join(path, KEPT)).ino
  expect(inode(second)).toBe(inode(first))
  const third = await written(folder, 3, { ...checkpoint, kept: { ...checkpoint.kept } }, { before: second })
  expect(inode(third)).not.toBe(inode(first))
  await pruneCheckpoints(folder, 2)
  rmSync(third.path, { recursive: true })
  expect((await newestCheckpoint(folder)).found).toEqual({ ...checkpoint, path: second.path })
})

test('kept weights are written where their file cannot be shared', async () => {
  const folder = temporaryFolder()
  const first = await written(folder, 1, checkpoint)
  rmSync(first.path, { recursive: true })
  await written(folder, 2, checkpoint, { before: first })
  expect((await newestCheckpoint(folder)).found!.kept).toEqual(checkpoint.kept)
})

test('without kept weights', async () => {
  const folder = temporaryFolder()
  await written(folder, 1, { ...checkpoint, kept: null })
  expect((await newestCheckpoint(folder)).found!.kept).toBeNull()
})

test('a folder that is not there has none', async () => {
  const folder = join(temporaryFolder(), 'no')
  expect(checkpointNumbers(folder)).toEqual([])
  expect(await newestCheckpoint(folder)).toEqual({ found: null, damaged: [] })
  expect(await newestFacts(folder)).toBeNull()
})

describe('damage', () => {
  const damages = (size: number): [string, (bytes: Uint8Array) => Uint8Array][] => [
    ...Array.from({ length: 16 }, (_, part): [string, (bytes: Uint8Array) => Uint8Array] => [
      `cut to ${part}/16`,
      (bytes) => bytes.subarray(0, Math.floor((part * size) / 16)),
    ]),
    ['one byte more', (bytes) => Uint8Array.of(...bytes, 10)],
    ...Array.from({ length: size }, (_, byte): [string, (bytes: Uint8Array) => Uint8Array] => [
      `bit of byte ${byte}`,
      (bytes) => bytes.map((one, index) => (index === byte ? one ^ (1 << (byte % 8)) : one)),
    ]),
  ]

  test.each([FACTS, TENSORS, KEPT])(
    'of any kind to %s is found, and the checkpoint before it is used',
    async (file) => {
      const folder = temporaryFolder()
      await written(folder, 9, at(1))
      const path = join((await written(folder, 10, at(2))).path, file)
      const whole = readFileSync(path)
      for (const [name, damage] of damages(whole.length)) {
        writeFileSync(path, damage(whole))
        const { found, damaged } = await newestCheckpoint(folder)
        expect([name, found?.values.kernel, damaged.map((one) => one.path)]).toEqual([
          name,
          Float32Array.of(1),
          [join(folder, '10')],
        ])
      }
      writeFileSync(path, whole)
      expect((await newestCheckpoint(folder)).found!.values.kernel).toEqual(Float32Array.of(2))
    },
  )

  test('a file that is gone', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, '3'))
    expect(await newestCheckpoint(folder)).toMatchObject({
      found: null,
      damaged: [{ path: join(folder, '3'), problem: expect.stringContaining('no such file') }],
    })
  })
})

test('one of another version is refused, not taken for damaged', async () => {
  const folder = temporaryFolder()
  await written(folder, 1, { ...checkpoint, facts: { ...checkpoint.facts, version: 1 } as Checkpoint['facts'] })
  await expect(newestCheckpoint(folder)).rejects.toThrow('another version of trainspec has written it (1.2.3)')
})

test('the newest ones stay', async () => {
  const folder = temporaryFolder()
  for (const number of [1, 2, 9, 10]) await written(folder, number, at(number))
  writeFileSync(join(folder, 'files.json'), '[]')
  await pruneCheckpoints(folder, 2)
  expect(readdirSync(folder).toSorted()).toEqual(['10', '9', 'files.json'])
  await pruneCheckpoints(folder, 1, join(folder, '9'))
  expect(readdirSync(folder).toSorted()).toEqual(['10', '9', 'files.json'])
})
