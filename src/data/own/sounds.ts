/** The columns that features of type audio are made of. */
import { open } from 'node:fs/promises'
import type { Field, Named } from '../../base/field.js'
import { statOfFile } from '../../base/read-file.js'
import type { IssueDraft } from '../../spec/document.js'
import type { FeatureSpec } from '../../spec/features.js'
import { toPointer } from '../../spec/pointer.js'
import { lengthAt } from '../audio/decode.js'
import { type WavFormat, wavHeader } from '../audio/wav.js'
import { type FileColumn, MOST_BYTES, placeOf } from '../sources/file-column.js'
import type { RawTable, RowTable } from '../sources/raw-table.js'
import type { Feature } from './feature.js'
import { filesOf, madeColumn } from './picture-features.js'

export type SoundFeature = Extract<Feature, { readonly type: 'audio' }>

export const isSound = <Given extends FeatureSpec>(
  feature: Given,
): feature is Extract<Given, { readonly type: 'audio' }> => feature.type === 'audio'

/** The column that is made for a feature whose form is settled. */
export function soundColumn(feature: SoundFeature, table: RowTable): FileColumn {
  const { sampling_rate, output_sequence_length, channels = null, resamples = true } = feature
  const length = output_sequence_length ?? 1
  const field: Field = {
    shape: channels === null ? [length] : [length, channels],
    dtype: 'float32',
    divisor: 1,
    values: 'real',
  }
  return {
    ...filesOf(feature, table),
    field,
    decoder: {
      type: 'sound',
      form: { sampling_rate: sampling_rate ?? 1, output_sequence_length: length, channels, resamples },
    },
  }
}

/** Steps that take the sounds for ones of another rate. */
export const rateProblems = (features: Named<Feature>): IssueDraft[] =>
  Object.entries(features).flatMap(([name, feature]) => {
    if (!isSound(feature)) return []
    const { sampling_rate: rate, steps } = feature
    return steps.flatMap((step, index) => {
      if (step.type !== 'MelSpectrogram' || step.sampling_rate === rate) return []
      const pointer = toPointer(['data', 'features', name, 'steps', index, 'sampling_rate'])
      return [
        { code: 'range', pointer, message: `found ${step.sampling_rate}, must be ${rate}, the rate of the sounds` },
      ]
    })
  })

/** Files whose headers are read at once. */
const AT_ONCE = 16

/** Settles the rate by the first file, and the length by the longest. Files that cannot be read are reported later. */
export async function withSoundForm(
  feature: Extract<Feature, { readonly type: 'audio' }>,
  name: string,
  table: RawTable,
): Promise<SoundFeature> {
  const named = { ...feature, made: madeColumn(name, table, 'sound') }
  let first: WavFormat | undefined
  let longest = 1
  for await (const format of formatsIn(soundColumn(named, table), table)) {
    first ??= format
    // nothing else depends on further files
    if (feature.output_sequence_length !== null) break
    longest = Math.max(longest, lengthAt(feature.sampling_rate ?? first.sampling_rate, format))
  }
  return {
    ...named,
    sampling_rate: feature.sampling_rate ?? first?.sampling_rate ?? 1,
    output_sequence_length: feature.output_sequence_length ?? longest,
    channels: feature.mono ? null : (first?.channels ?? 1),
    resamples: feature.sampling_rate !== null,
  }
}

/** The formats of the files that can be read, in their order. */
async function* formatsIn(column: FileColumn, table: RawTable): AsyncGenerator<WavFormat> {
  for await (const { columns } of table.read({ [column.from]: 'text' }).rows()) {
    const texts = columns[column.from] as readonly (string | null)[]
    for (let from = 0; from < texts.length; from += AT_ONCE) {
      const formats = await Promise.all(texts.slice(from, from + AT_ONCE).map((text) => formatOf(column, text)))
      yield* formats.filter((format) => format !== null)
    }
  }
}

/** Bytes of the beginning of a file in which its header lies, unless much stands before its samples. */
const HEADER = 4096

/** The format of a file; null if it cannot be read. */
async function formatOf(column: FileColumn, text: string | null): Promise<WavFormat | null> {
  const place = text === null ? undefined : placeOf(column, text)
  if (!place || 'problem' in place) return null
  try {
    const { size } = await statOfFile(place.path)
    const most = Math.min(size, MOST_BYTES)
    const file = await open(place.path)
    try {
      for (let bytes = HEADER; ; bytes *= 64) {
        const { buffer, bytesRead } = await file.read(new Uint8Array(Math.min(bytes, most)), { position: 0 })
        const found = wavHeader(buffer.subarray(0, bytesRead), size)
        if (!('problem' in found)) return found
        if (!found.isCut || bytes >= most) return null
      }
    } finally {
      await file.close()
    }
  } catch {
    return null
  }
}
