/** `history.json`: its contents, its schema, and that the file on the disk is always complete. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { historyJsonSchema, historySchema, historyText, writeHistory } from '../../src/export/history.js'
import type { EndEvent } from '../../src/training/events.js'
import { endEvent, epochsOf, historyOf, startEvent } from './sample-run.js'

test('a whole run', () => {
  const best = { epoch: 2, monitor: 'val_loss', value: 0.2 }
  const expectation = { key: 'val_acc', bound: 'min', value: 0.9, at: 'best', found: 0.95, passed: true } as const
  const end: EndEvent = { ...endEvent, reason: 'early_stopping', best, restored: true }
  expect(historyOf({ end, expectations: [expectation] })).toEqual({
    version: 1,
    name: 'mlp',
    seed: 42,
    engine: 'onnx',
    device: 'cpu',
    precision: 'float32',
    processors: 2,
    versions: { trainspec: '0.1.0', node: '20.19.0' },
    started: '2026-01-02T03:04:05.678Z',
    total_seconds: 7.5,
    warnings: [],
    start: null,
    samples: 54000,
    validation_samples: 6000,
    epochs: 2,
    metrics: { loss: [0.5, 0.3], acc: [0.8, 0.9], val_loss: [0.4, 0.2], val_acc: [0.85, 0.95] },
    learning_rate: [0.001, 0.001],
    seconds: [3.25, 3.25],
    best,
    restored_best_weights: true,
    stop: { reason: 'early_stopping' },
    test: { loss: 0.25, acc: 0.94 },
    expectations: [expectation],
  })
})

test('warnings: code, place and words', () => {
  const warning = { code: 'softmax-of-one', source: 'a.json', pointer: '/model/layers/0', message: 'it is 1' }
  const position = { line: 2, column: 3 }
  expect(historyOf({ warnings: [{ ...warning, position }] }).warnings).toEqual([
    { code: 'softmax-of-one', pointer: '/model/layers/0', message: 'it is 1' },
  ])
})

describe('the reason to stop', () => {
  const stopOf = (end: Partial<EndEvent>) => historyOf({ end: { ...endEvent, ...end } }).stop

  test('interrupted: the last epoch and step', () => {
    const interruptedAt = { epoch: 3, step: 210 }
    expect(stopOf({ reason: 'interrupted', interruptedAt })).toEqual({ reason: 'interrupted', ...interruptedAt })
  })

  test('missing row: the step and the layer', () => {
    const place = { epoch: 2, step: 3 }
    const missingRow = { ...place, problem: new UserError('Embedding "e" is given 7') }
    expect(stopOf({ reason: 'missing_row', missingRow })).toEqual({ reason: 'missing_row', ...place })
  })

  test('diverged: the step and the tensor', () => {
    const bad = { tensor: 'dense/kernel', kind: 'weight', value: Number.NaN } as const
    const divergence = { epoch: 1, step: 3, during: 'step', updates: 2, ...bad } as const
    const { value, during, kind, updates, ...place } = divergence
    expect(value).toBeNaN()
    expect(stopOf({ reason: 'diverged', divergence })).toEqual({ reason: 'diverged', ...place })
  })
})

test('a run that ended in its first epoch has a history too', () => {
  const end: EndEvent = { ...endEvent, reason: 'interrupted', epochs: 0, interruptedAt: { epoch: 1, step: 0 } }
  const history = historyOf({ epochs: [], end, test: null })
  expect(history).toMatchObject({ epochs: 0, metrics: {}, learning_rate: [], seconds: [], test: null })
  expect(historySchema.parse(history)).toEqual(history)
})

test('NaN and infinities, which JSON lacks, are null', () => {
  const history = historyOf({
    epochs: epochsOf({ loss: Number.NaN }, { loss: Number.POSITIVE_INFINITY }),
    end: { ...endEvent, best: { epoch: 1, monitor: 'loss', value: Number.NaN } },
    test: { loss: Number.NEGATIVE_INFINITY },
    expectations: [{ key: 'loss', bound: 'max', value: 1, at: null, found: Number.NaN, passed: false }],
  })
  expect(history.metrics).toEqual({ loss: [null, null] })
  expect(history.best?.value).toBeNull()
  expect(history.test).toEqual({ loss: null })
  expect(history.expectations[0]).toMatchObject({ found: null, passed: false })
})

const validate = new Ajv({ strict: false, validateFormats: false }).compile(historyJsonSchema())

test('any history is the same when read back, and its JSON Schema accepts it', () => {
  const metrics = fc.record({ loss: fc.double(), acc: fc.double() })
  fc.assert(
    fc.property(fc.array(metrics, { maxLength: 5 }), fc.option(metrics), (measured, scores) => {
      const history = historyOf({ epochs: epochsOf(...measured), test: scores })
      const read: unknown = JSON.parse(historyText(history))
      expect(validate(read), JSON.stringify(validate.errors)).toBe(true)
      // JSON has no -0
      expect(historySchema.parse(read)).toEqual(JSON.parse(JSON.stringify(history)))
    }),
  )
})

test('the JSON Schema refuses other formats', () => {
  const { stop: _, ...without } = historyOf()
  for (const wrong of [without, { ...historyOf(), more: 1 }, { ...historyOf(), version: 2 }]) {
    expect(validate(wrong)).toBe(false)
  }
  expect(historyJsonSchema().$schema).toBe('http://json-schema.org/draft-07/schema#')
})

test('every field is described', () => {
  const bare: string[] = []
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'properties') {
        for (const [name, field] of Object.entries<{ description?: string }>(value)) {
          if (!field.description) bare.push(`${path}/${name}`)
        }
      }
      visit(value, `${path}/${key}`)
    }
  }
  visit(historyJsonSchema(), '')
  expect(bare).toEqual([])
})

test('the file is replaced whole, and no other file stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trainspec-'))
  const path = join(folder, 'history.json')
  await writeFile(path, 'older')
  await writeHistory(path, historyOf())
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(historyOf())
  expect(await readFile(path, 'utf8')).toMatch(/\}\n$/)
  expect(await readdir(folder)).toEqual(['history.json'])
  await rm(folder, { recursive: true })
})

test('samples are those of the start', () => {
  expect(historyOf({ start: { ...startEvent, validationSamples: 0 } }).validation_samples).toBe(0)
})
