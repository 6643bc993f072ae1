/** Configurations and paths of weights are those that Keras writes for the same models. */
import { describe, expect, test } from 'vitest'
import type { Named } from '../../../src/base/field.js'
import type { Shape } from '../../../src/base/shape.js'
import { compileConfig } from '../../../src/export/keras/compile.js'
import { kerasModel, maskedLayers } from '../../../src/export/keras/model-config.js'
import { type PythonValue, pythonJson } from '../../../src/export/keras/python-json.js'
import { buildModel } from '../../../src/model/model.js'
import { outputsOf } from '../../../src/spec/outputs.js'
import { type SupervisedSpec, specSchema } from '../../../src/spec/spec.js'
import { kerasFixture, type SavedConfig } from '../../support/keras.js'

const { cases, steps_per_epoch } = kerasFixture('saved')

describe.each(cases)('$name', ({ shape, shapes, model: type, layers, config, weights, ...given }) => {
  const parsed = specSchema.parse({ data: 'mnist', ...fieldsOf(given), model: { type, layers } })
  const spec = { name: 'saved', ...parsed } as SupervisedSpec
  const inputs: Named<Shape> = shapes ?? { data: shape! }
  const model = buildModel(spec.model, inputs, 0, outputsOf(spec))
  const made = kerasModel(model, 'saved')
  const written = read(made.object) as unknown as SavedConfig

  test('has the layers, in the same order', () => {
    expect(written.class_name).toBe(config.class_name)
    const [own, theirs] = [written, config].map(layersIn)
    expect(own!.map(nameOf)).toEqual(theirs!.map(nameOf))
    for (const [index, { inbound_nodes: _, ...layer }] of own!.entries()) expectAgreement(layer, theirs![index])
  })

  test('connects them alike', () => {
    const connected = (saved: SavedConfig) =>
      Object.fromEntries(layersIn(saved).map((layer) => [nameOf(layer), placesIn(layer.inbound_nodes)]))
    expect(connected(written)).toEqual(connected(config))
    expect(written.config.output_layers).toEqual(config.config.output_layers)
  })

  test('has the weights at the same paths', () => {
    const paths = made.groups.flatMap(({ path, weights }) =>
      weights.map((weight, index) => [`${path}/vars/${index}`, weight] as const),
    )
    expect(Object.fromEntries(paths)).toEqual(weights)
  })

  test('is compiled alike', () => {
    const outputs = model.outputs.map(({ shape }) => shape)
    const { jit_compile: _, ...compiled } = read(compileConfig(spec, outputs, steps_per_epoch))
    expectAgreement(compiled, config.compile_config)
  })
})

const fieldsOf = ({ name: _, ...fields }: Readonly<Record<string, unknown>>) => fields

/** As a program reads it that does not distinguish int and float. */
const read = (value: PythonValue): Record<string, unknown> => JSON.parse(pythonJson(value))

/** Keras also has operations that make masks among its layers. */
const layersIn = ({ config }: SavedConfig) =>
  config.layers.filter(({ module, class_name }) => module === 'keras.layers' && class_name !== 'InputLayer')

const nameOf = ({ config }: Readonly<Record<string, unknown>>): string => (config as { name: string }).name

/** The places of the tensors in a call, but for those of masks, in the order of the arguments. */
function placesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if ('keras_history' in value) return [value.keras_history]
  return Object.entries(value).flatMap(([key, inner]) => (key.endsWith('mask') ? [] : placesIn(inner)))
}

/** Settings that both have are the same. Keras leaves out some arguments, and some of ours are null for its default. */
function expectAgreement(own: unknown, theirs: unknown, at = ''): void {
  if (typeof own === 'number') expect(Math.fround(own), at).toBe(Math.fround(theirs as number))
  else if (typeof own !== 'object' || own === null) expect(own, at).toBe(theirs)
  else
    for (const [key, value] of Object.entries(own)) {
      const other = (theirs as Readonly<Record<string, unknown>>)[key]
      if (value !== null && other !== undefined) expectAgreement(value, other, `${at}/${key}`)
    }
}

test('a mask that reaches a PositionEmbedding is found, because it ends there in Keras', () => {
  const layersWith = (mask_zero: boolean) => [
    { type: 'Embedding', name: 'words', input_dim: 5, output_dim: 2, mask_zero },
    { type: 'PositionEmbedding', name: 'places', sequence_length: 4 },
    { type: 'Add', inputs: ['words', 'places'] },
  ]
  const masked = (mask_zero: boolean) => {
    const model = { type: 'Functional', layers: layersWith(mask_zero) }
    const spec = specSchema.parse({ data: 'mnist', model, loss: 'mse' }) as unknown as SupervisedSpec
    return maskedLayers(buildModel(spec.model, { x: [4] }, 0))
  }
  expect(masked(true)).toEqual(['places'])
  expect(masked(false)).toEqual([])
})
