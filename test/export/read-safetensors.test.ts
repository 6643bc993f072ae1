/** Files of the library of Hugging Face, and files that are damaged, lie about their places, or are something else. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { readSafetensors } from '../../src/export/read-safetensors.js'
import { expectResultOrSentence, forDamaged } from '../support/damaged.js'

const FIXTURES = join(import.meta.dirname, '../fixtures/safetensors')
const whole = readFileSync(join(FIXTURES, 'types.safetensors'))
const expected: Readonly<Record<string, { shape: number[]; values: (number | string)[] }>> = JSON.parse(
  readFileSync(join(FIXTURES, 'expected.json'), 'utf8'),
)

test.each(Object.entries(expected))('%s is what the library wrote, as float32', (name, { shape, values }) => {
  const found = readSafetensors(whole, 'a.safetensors').get(name)!
  expect(found.shape).toEqual(shape)
  expect(found.values()).toEqual(Float32Array.from(values, Number))
})

test('numbers without a fraction are there, but are no weights', () => {
  const tensors = readSafetensors(whole, 'a.safetensors')
  expect(tensors.get('count/i64')!.shape).toEqual([1])
  expect(() => tensors.get('count/i64')!.values()).toThrow(
    'a.safetensors: tensor "count/i64" has type I64, must be one of F64, F32, F16, BF16',
  )
  expect(() => tensors.get('flags/bool')!.values()).toThrow('has type BOOL')
  expect(tensors.has('__metadata__')).toBe(false)
})

/** A file with this header and so many bytes of values. */
function file(header: string | object, bytes: number, length?: bigint): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(length ?? BigInt(text.length))
  return Buffer.concat([size, text, Buffer.alloc(bytes)])
}

const f32 = (shape: unknown, data_offsets: unknown) => ({ dtype: 'F32', shape, data_offsets })

test.each<[string, Uint8Array, string]>([
  ['an empty file', new Uint8Array(), 'found 0 bytes, too few for a safetensors file'],
  ['another kind of file', Buffer.from('PK\x03\x04 a zip archive'), 'states a header of'],
  ['a header longer than the file', file('{}', 0, 3n), 'states a header of 3 bytes, must be at most 2'],
  ['a header of 2^64 - 1 bytes', file('{}', 0, 2n ** 64n - 1n), 'states a header of 18446744073709551615 bytes'],
  ['a header that is no JSON', file('{"a":', 0), 'its header is not a JSON object'],
  ['a header that is a list', file('[]', 0), 'its header is not a JSON object'],
  ['a header that is not UTF-8', file('{"\xff', 0), 'its header is not a JSON object'],
  ['a tensor that is null', file({ a: null }, 0), 'tensor "a" has no type that is known'],
  ['a type that no library has', file({ a: { ...f32([1], [0, 4]), dtype: 'F31' } }, 4), 'tensor "a" has no type'],
  [
    'the name of a method as a type',
    file({ a: { ...f32([1], [0, 4]), dtype: 'toString' } }, 4),
    'tensor "a" has no type',
  ],
  ['a shape below 0', file({ a: f32([-1], [0, 4]) }, 4), 'tensor "a" has no shape: a list of whole numbers'],
  ['a shape with a fraction', file({ a: f32([0.5], [0, 2]) }, 2), 'tensor "a" has no shape'],
  ['a shape as a text', file({ a: f32('1', [0, 4]) }, 4), 'tensor "a" has no shape'],
  ['three offsets', file({ a: f32([1], [0, 4, 8]) }, 4), 'tensor "a" has no two data_offsets'],
  ['an offset below 0', file({ a: f32([1], [-4, 0]) }, 4), 'tensor "a" has no two data_offsets'],
  ['an offset of 2^60', file({ a: f32([1], [2 ** 60, 2 ** 60 + 4]) }, 4), 'tensor "a" has no two data_offsets'],
  ['an end before its beginning', file({ a: f32([1], [8, 4]) }, 8), 'tensor "a" has -4 bytes, must have 4'],
  ['a shape that needs more bytes', file({ a: f32([2], [0, 4]) }, 4), 'tensor "a" has 4 bytes, must have 8'],
  ['a shape of 2^100 elements', file({ a: f32([2 ** 50, 2 ** 50], [0, 4]) }, 4), 'tensor "a" has 4 bytes, must have'],
  [
    'tensors that overlap',
    file({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, 8),
    'tensor "b" begins at byte 4, within',
  ],
  ['a hole', file({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, 12), 'bytes 4 to 8 belong to no tensor'],
  ['values before the first', file({ a: f32([1], [4, 8]) }, 8), 'bytes 0 to 4 belong to no tensor'],
  [
    'values behind the last',
    file({ a: f32([1], [0, 4]) }, 5),
    'has 5 bytes of values, must have 4; the file is damaged',
  ],
  ['a file cut short', file({ a: f32([2], [0, 8]) }, 7), 'has 7 bytes of values, must have 8; the file is damaged'],
])('%s is refused', (_, bytes, message) => {
  const read = () => readSafetensors(bytes, 'a.safetensors')
  expect(read).toThrow(UserError)
  expect(read).toThrow(`a.safetensors: ${message}`)
})

test('names of the prototype are names like others', () => {
  const header = `{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"constructor":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}`
  const tensors = readSafetensors(file(header, 8), 'a.safetensors')
  expect([...tensors.keys()]).toEqual(['__proto__', 'constructor'])
  expect(({} as { dtype?: string }).dtype).toBeUndefined()
})

test('500 damaged files are read or refused in one sentence', async () => {
  await forDamaged(
    whole,
    (bytes) =>
      expectResultOrSentence(
        Promise.resolve().then(() => readSafetensors(bytes, 'a.safetensors')),
        'a.safetensors: ',
        (tensors) => {
          for (const { shape, values } of tensors.values()) {
            try {
              expect(values()).toHaveLength(shape.reduce((product, dim) => product * dim, 1))
            } catch (error) {
              if (!(error instanceof UserError)) throw error
            }
          }
        },
      ),
    500,
  )
})
