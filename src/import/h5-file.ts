/**
 * Opens the HDF5 files of Keras 1, 2 and 3: the model is in attributes, the weights of each layer in a group of its
 * name (keras/src/legacy/saving/legacy_h5_format.py).
 */
import { UserError } from '../base/issue.js'
import type { Hdf5Attributes } from '../data/arrays/hdf5-messages.js'
import { type Hdf5Tree, openHdf5Tree } from '../data/arrays/hdf5-tree.js'
import { dialectOf } from './dialect.js'
import type { FoundModel, NeedyLayer, StoredWeight } from './found-model.js'
import { parseOutside, shown } from './outside.js'

const WEIGHTS = 'model_weights'

/** Opens a file. Throws a UserError if it is damaged, or no model. */
export async function openH5File(path: string): Promise<FoundModel> {
  const tree = await openHdf5Tree(path, path)
  try {
    const attributes = await tree.attributesOf('/')
    const config = textOf(attributes, 'model_config')
    if (config === undefined) {
      throw new UserError(
        `${path}: has no model_config, so it holds weights alone, or is no model of Keras; save the whole model with model.save()`,
      )
    }
    const group = await tree.attributesOf(WEIGHTS)
    const version = textOf(attributes, 'keras_version') ?? textOf(group, 'keras_version')
    const dialect = dialectOf(version, config)
    const backend = textOf(attributes, 'backend') ?? textOf(group, 'backend')
    const training = textOf(attributes, 'training_config')
    return {
      path,
      dialect,
      topology: parseOutside(config, `${path}: model_config`),
      compiled: training === undefined ? undefined : parseOutside(training, `${path}: training_config`),
      weights: {
        async find(layers) {
          if (dialect === 'keras1')
            throw new UserError(`${path}: has the weights of Keras ${version ?? '1'}; load and save it with Keras 2`)
          if (backend === 'theano' && layers.some(({ words }) => words.includes('Conv'))) {
            throw new UserError(
              `${path}: has kernels of convolutions of Theano, which are mirrored; load and save it with TensorFlow`,
            )
          }
          return weightsOf(layers, tree)
        },
      },
      close: async () => tree.close(),
    }
  } catch (error) {
    tree.close()
    throw error
  }
}

const textOf = (attributes: Hdf5Attributes, name: string): string | undefined => {
  const found = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  return typeof found === 'string' ? found : undefined
}

/** A long list is cut into attributes `weight_names0`, `weight_names1`, ... */
function listOf(attributes: Hdf5Attributes, name: string): readonly string[] {
  if (Object.hasOwn(attributes, name)) return [attributes[name]!].flat()
  const pieces: string[] = []
  for (let index = 0; Object.hasOwn(attributes, `${name}${index}`); index++)
    pieces.push(...[attributes[`${name}${index}`]!].flat())
  return pieces
}

/**
 * Finds the weights of layers. The group of a model within the model has the weights of all its layers, first those that
 * are trained.
 */
async function weightsOf(layers: readonly NeedyLayer[], tree: Hdf5Tree): Promise<readonly (readonly StoredWeight[])[]> {
  const groups = new Map<string, NeedyLayer[]>()
  for (const layer of layers) {
    const [name] = layer.place.names as [string]
    groups.set(name, [...(groups.get(name) ?? []), layer])
  }
  const found = new Map<NeedyLayer, StoredWeight[]>()
  for (const [name, members] of groups) {
    const group = `${WEIGHTS}/${name}`
    const names = listOf(await tree.attributesOf(group), 'weight_names')
    const stored = names.map((weight) => {
      const at = `${group}/${weight}`
      const tensor = tree.tensor(at)
      if (!tensor) throw new UserError(`${group}: has no dataset ${shown(weight)}, which it names`)
      return { name: at, ...tensor }
    })
    const wanted = members.flatMap((layer) => layer.weights.map((weight) => ({ layer, weight })))
    const inOrder = [
      ...wanted.filter(({ weight }) => weight.trainable),
      ...wanted.filter(({ weight }) => !weight.trainable),
    ]
    const places = new Map(inOrder.map(({ weight }, index) => [weight, stored[index]]))
    for (const layer of members)
      found.set(
        layer,
        layer.weights.flatMap((weight) => places.get(weight) ?? []),
      )
    const last = members.at(-1)!
    // more than the layers have is a problem of one of them
    found.get(last)!.push(...stored.slice(inOrder.length))
  }
  return layers.map((layer) => found.get(layer)!)
}
