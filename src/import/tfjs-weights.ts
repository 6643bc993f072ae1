/**
 * Reads the weights of models of TensorFlow.js: groups of weights, one after another in a file or in several, as
 * numbers or quantized (tfjs-core/src/io/types.ts and io_utils.ts).
 */
import { z } from 'zod'
import { UserError } from '../base/issue.js'
import { readWhole } from '../base/read-file.js'
import { type Shape, sizeOf } from '../base/shape.js'
import { elementType, floatsOf, type NumericArray } from '../data/arrays/element.js'
import { fileBeside } from '../export/saved-model.js'
import { MAX_WEIGHTS } from '../model/check-model.js'
import type { NeedyLayer, StoredWeight, WeightSource } from './found-model.js'
import { lookUp, shown } from './outside.js'

const TYPES: Readonly<Record<string, string>> = {
  float32: 'f4',
  float16: 'f2',
  int32: 'i4',
  uint16: 'u2',
  uint8: 'u1',
  bool: 'b1',
}

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.string(),
  quantization: z
    .object({ dtype: z.enum(['uint8', 'uint16', 'float16']), scale: z.number().optional(), min: z.number().optional() })
    .optional(),
})
/** More than the layers of any model have. */
const MOST = 100_000
const manifestSchema = z
  .array(z.object({ paths: z.array(z.string()).max(MOST), weights: z.array(weightSchema).max(MOST) }))
  .max(MOST)

type Group = z.output<typeof manifestSchema>[number]
type Described = z.output<typeof weightSchema>

/** Returns the weights of a manifest. Throws a UserError if it is none; files are read when weights are. */
export function tfjsWeights(manifest: unknown, directory: string, path: string): WeightSource {
  const parsed = manifestSchema.safeParse(manifest)
  if (!parsed.success) throw new UserError(`${path}: has a "weightsManifest" that TensorFlow.js could not have written`)
  const count = parsed.data.flatMap(({ weights }) => weights).reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  if (!(count <= MAX_WEIGHTS)) throw new UserError(`${path}: states ${count} weights, must be at most ${MAX_WEIGHTS}`)
  const all = parsed.data.flatMap((group) => storedIn(group, directory, path))
  return { find: async (layers) => layers.map((layer) => ofLayer(layer, all)) }
}

/** The names of a layer's weights begin with its name, or with those of the models around it. */
function ofLayer({ place: { names } }: NeedyLayer, all: readonly StoredWeight[]): readonly StoredWeight[] {
  const starts = [names.at(-1)!, names.join('/')].map((name) => `${name}/`)
  const [plain, full] = starts.map((start) => all.filter(({ name }) => name.startsWith(start)))
  return plain!.length > 0 ? plain! : full!
}

function storedIn({ paths, weights }: Group, directory: string, path: string): StoredWeight[] {
  let at = 0
  const places = weights.map((weight) => {
    const begin = at
    at += bytesOf(weight, path)
    return { weight, begin }
  })
  let bytes: Promise<Uint8Array> | undefined
  const read = () => {
    bytes ??= joined(paths, at, directory, path)
    return bytes
  }
  return places.map(({ weight, begin }) => ({
    name: weight.name,
    shape: weight.shape as Shape,
    read: async () => valuesOf(weight, (await read()).slice(begin, begin + bytesOf(weight, path))),
  }))
}

const storedType = ({ dtype, quantization }: Described): string => quantization?.dtype ?? dtype

function bytesOf(weight: Described, path: string): number {
  const name = lookUp(TYPES, storedType(weight))
  if (name === undefined) {
    throw new UserError(
      `${path}: weight ${shown(weight.name)} has dtype ${shown(storedType(weight))}, must be one of ${Object.keys(TYPES).join(', ')}`,
    )
  }
  return Number(name.slice(1)) * sizeOf(weight.shape)
}

function valuesOf(weight: Described, bytes: Uint8Array): Float32Array {
  const type = elementType(TYPES[storedType(weight)]!)
  if ('problem' in type) throw new Error(`internal: ${type.problem}`)
  const values = floatsOf(type.decode(bytes) as NumericArray)
  const { scale = 1, min = 0 } = weight.quantization ?? {}
  return weight.quantization ? values.map((value) => value * scale + min) : values
}

/** Reads the files of a group, which have so many bytes together. */
async function joined(paths: readonly string[], size: number, directory: string, path: string): Promise<Uint8Array> {
  const whole = new Uint8Array(size)
  let at = 0
  for (const name of paths) {
    const bytes = await readWhole(await fileBeside(directory, name, path), { most: size - at })
    whole.set(bytes, at)
    at += bytes.length
  }
  if (at !== size)
    throw new UserError(
      `${path}: its weights have ${size} bytes, but ${paths.map(shown).join(', ')} only ${at}; a file is damaged or missing`,
    )
  return whole
}
