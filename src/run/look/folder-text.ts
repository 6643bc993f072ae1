/** Proposes a spec for a folder whose sub-folders are classes of pictures, sounds or texts. */
import { join } from 'node:path'
import { UserError } from '../../base/issue.js'
import { readWhole } from '../../base/read-file.js'
import { wavFormat } from '../../data/audio/wav.js'
import { LABEL } from '../../data/folders/file-table.js'
import { withParts } from '../../data/own/folders.js'
import { FolderFiles, findFiles, isFolder } from '../../data/own/open-source.js'
import { seenFrom } from '../../data/own/paths.js'
import { decodePicture } from '../../data/pictures/decode.js'
import { MOST_BYTES } from '../../data/sources/file-column.js'
import type { FoundKind } from '../../data/sources/raw-table.js'
import type { DataWatch } from '../../data/watch.js'
import { ownData } from '../../spec/own-data.js'
import { type Entry, field, inline, list, object } from '../../spec/written.js'

/** Returns undefined if the files are no folder of pictures, sounds or texts. The paths of the spec are relative to `place`. */
export async function folderText(
  [path, ...others]: readonly string[],
  target: string | undefined,
  place: string,
  watch: DataWatch,
): Promise<string | undefined> {
  if (others.length > 0 || !(await isFolder(path!))) return undefined
  const data = await withParts(ownData.parse({ source: path }))
  const files = await findFiles(data.source, data, watch)
  if (!(files instanceof FolderFiles)) return undefined
  if (new Set(files.listed.files.map(({ label }) => label)).size < 2) {
    throw new UserError(`${path}: needs two folders at least, one for each class, to propose a spec`)
  }
  if (target !== undefined && target !== LABEL) {
    throw new UserError(`--target: found ${JSON.stringify(target)}, but the target of a folder is "${LABEL}"`)
  }
  const { features, layers } = await PROPOSED[files.hold](files)
  const isSplit = data.test !== null
  return `${object([
    field('seed', 42, 'the same seed gives the same run'),
    {
      text: `"data": ${object([
        field('source', seenFrom(place, path!)),
        features,
        ...(isSplit ? [] : [field('test', 0.2, 'share of the files that is kept for the test')]),
      ])}`,
    },
    { text: `"model": ${object([field('type', 'Sequential'), { text: `"layers": ${list(layers)}` }])}` },
    field('optimizer', { type: 'Adam', learning_rate: 0.001 }),
    field('loss', 'sparse_categorical_crossentropy', 'folders are classes'),
    field('metrics', ['accuracy']),
    field('fit', { batch_size: 32, epochs: 30, ...(data.validation === null && { validation_split: 0.2 }) }),
    field('early_stopping', { monitor: 'val_loss', patience: 5, restore_best_weights: true }),
  ])}\n`
}

interface Proposed {
  readonly features: Entry
  readonly layers: Entry[]
}

const layer = (value: object): Entry => ({ text: inline(value) })

const LAST = layer({ type: 'Dense', units: 'auto', activation: 'softmax' })

/** Pictures for a model have at most this height and width, so that a first trial is quick. */
const MOST_SIDE = 96
const LEAST_SIDE = 8

async function forPictures({ folder, listed }: FolderFiles): Promise<Proposed> {
  const bytes = await readWhole(join(folder, listed.files[0]!.path), { most: MOST_BYTES })
  const picture = await decodePicture(bytes, 3)
  const sides = 'problem' in picture ? [MOST_SIDE, MOST_SIDE] : picture.shape.slice(0, 2)
  const size = sides.map((side) => Math.max(LEAST_SIDE, Math.min(MOST_SIDE, side)))
  const rescaled = { type: 'Rescaling', scale: 1 / 255 }
  const augment = [
    { type: 'RandomTranslation', height_factor: 0.1, width_factor: 0.1 },
    { type: 'RandomRotation', factor: 0.03 },
  ]
  const image = object([
    field('type', 'image'),
    field('image_size', size, 'larger ones show more and train longer'),
    field('augment', augment, 'changes of the training pictures in each epoch that keep their class'),
    field('steps', [rescaled], 'from 0 to 1'),
  ])
  const convolved = [16, 32, 64].flatMap((filters) => [
    layer({ type: 'Conv2D', filters, kernel_size: 3, padding: 'same', activation: 'relu' }),
    layer({ type: 'MaxPooling2D', pool_size: 2 }),
  ])
  return {
    features: { text: `"features": ${object([{ text: `"image": ${image}` }])}` },
    layers: [...convolved, { text: '"GlobalAveragePooling2D"' }, LAST],
  }
}

/** Longest Fourier transform that is proposed. */
const MOST_TRANSFORMED = 512

async function forSounds({ folder, listed }: FolderFiles): Promise<Proposed> {
  const format = wavFormat(await readWhole(join(folder, listed.files[0]!.path), { most: MOST_BYTES }))
  const { sampling_rate, samples } = 'problem' in format ? { sampling_rate: 16_000, samples: 16_000 } : format
  const fft_length = Math.min(MOST_TRANSFORMED, 2 ** Math.floor(Math.log2(Math.max(2, samples))))
  const spectrogram = {
    type: 'MelSpectrogram',
    sampling_rate,
    fft_length,
    sequence_stride: fft_length / 2,
    num_mel_bins: 32,
  }
  const audio = object([
    field('type', 'audio'),
    field('steps', [spectrogram, 'Standardize'], 'energies of bands of pitch, over time'),
  ])
  return {
    features: { text: `"features": ${object([{ text: `"audio": ${audio}` }])}` },
    layers: [{ text: '"Flatten"' }, layer({ type: 'Dense', units: 32, activation: 'relu' }), LAST],
  }
}

const forTexts: Proposed = {
  features: field('features', { text: { type: 'text', max_tokens: 10_000, output_mode: 'tf_idf' } }),
  layers: [layer({ type: 'Dense', units: 32, activation: 'relu' }), LAST],
}

const PROPOSED: { readonly [Hold in FoundKind]: (files: FolderFiles) => Promise<Proposed> } = {
  pictures: forPictures,
  sounds: forSounds,
  texts: async () => forTexts,
}
