/** Targets that are sequences of classes: what is made of a column, what is decided, and what is refused. */
import { describe, expect, test } from 'vitest'
import { npy } from '../../support/npy.js'
import { ownCache } from '../../support/own-cache.js'
import { loaded, problemsOf, valuesIn } from '../../support/own-data.js'

ownCache()

const CTC = {
  model: {
    type: 'Sequential',
    layers: [
      { type: 'Embedding', input_dim: 'auto', output_dim: 4 },
      { type: 'Dense', units: 'auto' },
    ],
  },
  loss: 'ctc',
}
const TEXT = { text: { type: 'text', split: 'character', output_sequence_length: 9 } }
const WORDS = { 'a.csv': 'text,word\nxxyyz,abb\nzzx,ca\nyx,b\nzz,aa\n' }
const data = (target: unknown, rest: object = {}) => ({ source: 'a.csv', features: TEXT, target, ...rest })

describe('a sequence', () => {
  test('has a class for each character, in the order of code points, and zeros after them', async () => {
    const { open, data: read } = await loaded(WORDS, data('word'), CTC)
    expect(valuesIn(read.train)['y:word']).toEqual([1, 2, 2, 3, 1, 0, 2, 0, 0, 1, 1, 0])
    expect(read.form.targets.word).toMatchObject({ shape: [3], classes: 4, dtype: 'int32', sequenceSteps: 4 })
    expect(open.decided.at(-1)).toBe(
      'Target "word": sequences of up to 3 of class 1 "a", 2 "b", 3 "c"; 0 is the blank.',
    )
    expect(open.data).toMatchObject({ target: { type: 'sequence', class_names: ['a', 'b', 'c'], max_length: 3 } })
  })

  test('is the same from the spec that a run saves, and from a pack', async () => {
    const first = await loaded(WORDS, data('word', { cache: 'disk' }), CTC)
    const packed = await loaded(WORDS, data('word', { cache: 'disk' }), CTC)
    const { source: _, ...settled } = first.open.data as { source: unknown }
    const again = await loaded(WORDS, { ...settled, source: 'a.csv', cache: 'memory' }, CTC)
    for (const { data: read, open } of [packed, again]) {
      expect(valuesIn(read.train)).toEqual(valuesIn(first.data.train))
      expect(read.form.targets).toEqual(first.data.form.targets)
      expect(open.data).toMatchObject({ target: { max_length: 3 } })
    }
  })

  test('has names with a separator, in a given order, and room for more', async () => {
    const lines = ['a b', 'b', 'silence a'].map((phones) => JSON.stringify({ text: 'xyzxyz', phones }))
    const target = { column: 'phones', separator: ' ', class_names: ['silence', 'a', 'b'], max_length: 4 }
    const files = { 'a.jsonl': lines.join('\n') }
    const { data: read } = await loaded(files, { ...data(target), source: 'a.jsonl' }, CTC)
    expect(valuesIn(read.train)['y:phones']).toEqual([2, 3, 0, 0, 3, 0, 0, 0, 1, 2, 0, 0])
  })

  test('may be an array of numbers with zeros after them', async () => {
    const files = {
      'x.npy': npy([2, 5, 1], (at) => at),
      'y.npy': npy([2, 3], (at) => [7, 7, 3, 3, 0, 0][at]!),
    }
    const source = { x: 'x.npy', y: 'y.npy' }
    const spec = { ...CTC, model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto' }] } }
    const { data: read, open } = await loaded(files, { source, features: { x: 'array' }, target: 'y' }, spec)
    expect(valuesIn(read.train)['y:y']).toEqual([2, 2, 1, 1, 0, 0])
    expect(open.data).toMatchObject({ target: { class_names: ['3', '7'], max_length: 3 } })
    expect(read.form.targets.y).toMatchObject({ sequenceSteps: 4 })
  })

  test('may be longest in the validation rows', async () => {
    const files = { ...WORDS, 'b.csv': 'text,word\nxyzxy,cabba\n' }
    const { data: read } = await loaded(files, data('word', { validation: 'b.csv' }), CTC)
    expect(read.form.targets.word).toMatchObject({ shape: [5], sequenceSteps: 6 })
    expect(valuesIn(read.validation)['y:word']).toEqual([3, 1, 2, 2, 1])
  })
})

describe('refused are', () => {
  test('sequences of other classes, and longer ones', async () => {
    const target = { column: 'word', class_names: ['a', 'b'], max_length: 2 }
    expect(await problemsOf(WORDS, data(target), CTC)).toEqual([
      '/data/target: row 2 of a.csv, column "word": found "c", which is not one of the 2 classes',
      '/data/target: row 1 of a.csv, column "word": found 3 classes, must be at most 2, the "max_length" of the target',
    ])
  })

  test('an output with too few steps, or another number of classes', async () => {
    const short = { text: { ...TEXT.text, output_sequence_length: 3 } }
    expect(await problemsOf(WORDS, { ...data('word'), features: short }, CTC)).toEqual([
      '/model/layers/1: the model ends in (None, 3, 4), but loss ctc needs (None, n, 4), n at least 4, for sequences of the 3 classes of a.csv and for the blank',
    ])
    const layers = [CTC.model.layers[0], { type: 'Dense', units: 3 }]
    expect(await problemsOf(WORDS, data('word'), { ...CTC, model: { ...CTC.model, layers } })).toEqual([
      '/model/layers/1: the model ends in (None, 9, 3), but loss ctc needs (None, n, 4), n at least 4, for sequences of the 3 classes of a.csv and for the blank',
    ])
  })

  test('a loss that takes no sequence, and a target that is none', async () => {
    const sequence = { column: 'word', type: 'sequence' }
    expect(await problemsOf(WORDS, data(sequence), { ...CTC, loss: 'mse' })).toEqual([
      '/model/layers/1: the model ends in (None, 9, 4), but loss mean_squared_error needs a class or numbers as the target, not a sequence of classes',
    ])
    expect(await problemsOf(WORDS, data({ column: 'word', type: 'class' }), CTC)).toEqual([
      '/model/layers/1: the model ends in (None, 9, 4), but loss ctc needs a sequence of classes as the target, not a class; "type": "sequence" makes one of a column',
    ])
  })

  test('metrics and weights of classes', async () => {
    expect(await problemsOf(WORDS, data('word'), { ...CTC, metrics: ['acc'] })).toEqual([
      '/metrics/0: the model ends in (None, 9, 4), but metric accuracy needs a class or numbers as the target, not a sequence of classes',
    ])
    expect(await problemsOf(WORDS, data('word'), { ...CTC, fit: { class_weight: 'balanced' } })).toEqual([
      '/fit/class_weight: found weights of classes, but the target is a sequence of classes',
    ])
  })

  test('a mask, several sequences for a sample, and settings that do not fit', async () => {
    const masked = [{ ...CTC.model.layers[0], mask_zero: true }, CTC.model.layers[1]]
    expect(await problemsOf(WORDS, data('word'), { ...CTC, model: { ...CTC.model, layers: masked } })).toEqual([
      '/loss: the model ends in (None, 9, 4), but loss ctc needs a mask that fits values of shape (None,), found one of shape (None, 9); a Reshape layer removes it',
    ])
    const steps = { ...data('word'), features: { text: 'float' }, sequence: { group: 'text', per_step: true } }
    const dense = { ...CTC, model: { type: 'Sequential', layers: [CTC.model.layers[1]] } }
    expect(await problemsOf({ 'a.csv': 'text,word\n1,ab\n1,b\n' }, steps, dense)).toEqual([
      '/target: target "word" has several sequences of classes in each sample, must have one',
    ])
    expect(await problemsOf(WORDS, data({ column: 'word', type: 'class', max_length: 3 }), CTC)).toEqual([
      '/data/target/max_length: found "max_length", which only a target of type "sequence" has',
    ])
    expect(await problemsOf(WORDS, data({ columns: ['word', 'text'], type: 'sequence' }), CTC)).toEqual([
      '/data/target/type: found "sequence" for several columns, must be "number" or "multi_hot"',
    ])
  })
})
