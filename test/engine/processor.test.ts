import { expect, test } from 'vitest'
import { featuresIn, thisProcessor } from '../../src/engine/processor.js'

test.each([
  [
    'x64 with all',
    'flags\t\t: fpu avx avx2 avx512f avx512_bf16 amx_bf16 amx_tile',
    ['AVX2', 'AVX-512', 'AMX', 'bfloat16'],
  ],
  ['x64 of 2015', 'processor\t: 0\nflags\t\t: fpu sse2 avx avx2 fma\nbugs\t\t: spectre_v1', ['AVX2']],
  ['x64 of 2005', 'flags\t\t: fpu sse2', []],
  ['arm64', 'BogoMIPS\t: 50\nFeatures\t: fp asimd sve bf16\nCPU part\t: 0xd40', ['NEON', 'SVE', 'bfloat16']],
])('%s', (_, text, features) => expect(featuresIn(text)).toEqual(features))

test('there is no result if the system gives none', () => {
  expect(featuresIn('')).toBeUndefined()
  expect(featuresIn('processor\t: 0\nuarch\t: sifive,u74')).toBeUndefined()
})

test('this machine has a processor with a name', () => {
  const { name, cores } = thisProcessor()
  expect(name).not.toBe('')
  expect(cores).toBeGreaterThanOrEqual(1)
})
