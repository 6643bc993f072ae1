/** Every field of the format that holds a number, each in a small spec that is valid without it. */
import { jsonSchema } from '../../src/spec/json-schema.js'
import { readText } from './read-spec.js'

export interface NumberField {
  /** `layers/Dense/units` */
  readonly path: string
  /** The bounds that the schema states. */
  readonly bounds: readonly number[]
  /** The small spec, with this number in the field. */
  readonly spec: (value: number) => object
}

interface Node {
  readonly $ref?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly allOf?: readonly Node[]
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly additionalProperties?: Node | boolean
  readonly minItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
}

type Fields = Readonly<Record<string, unknown>>
type Part = Pick<NumberField, 'path' | 'bounds'> & { readonly value: (number: number) => unknown }

const { properties, definitions } = jsonSchema() as unknown as {
  readonly properties: Readonly<Record<string, Node>>
  readonly definitions: Readonly<Record<string, Node>>
}
const models = new Map(properties.model!.oneOf!.map((node) => [nameOf(node), node]))

const DATA = { dataset: 'bars-and-stripes', size: 3 }
const FLAT = { ...DATA, flatten: true }
const IMAGE = { type: 'Reshape', target_shape: [3, 3, 1] }
const VOLUME = [
  { type: 'Reshape', target_shape: [3, 3, 1, 1] },
  { type: 'ZeroPadding3D', padding: 1 },
]
const VOLUMES = { type: 'Reshape', target_shape: [3, 3, 1, 1, 1] }
const head = (units: number, activation: string) => ['Flatten', { type: 'Dense', units, activation }]
const network = (layers: readonly unknown[], rest: Fields = {}): Fields => ({
  data: DATA,
  loss: 'mse',
  metrics: ['accuracy'],
  fit: { batch_size: 4, validation_split: 0.25 },
  model: { type: 'Sequential', layers },
  ...rest,
})
const classifier = (rest: Fields) => network(head(2, 'softmax'), rest)
const rbm = (rest: Fields): Fields => ({
  data: FLAT,
  model: { type: 'RBM', hidden_units: 2 },
  fit: { batch_size: 4, validation_split: 0.25 },
  ...rest,
})

type Holder = readonly [name: string, node: Node, holders: readonly ((value: unknown) => Fields)[]]

const LAYER_HOLDER: Holder = [
  'layers',
  models.get('Sequential')!.properties!.layers!.items!,
  [[], ['Flatten'], [IMAGE], VOLUME, [VOLUMES]].flatMap((before) => [
    (layer: unknown) => network([...before, layer, ...head(2, 'softmax')]),
    (layer: unknown) => ({
      ...network([]),
      model: {
        type: 'Functional',
        layers: [
          ...before,
          { type: 'Activation', name: 'other', activation: 'linear' },
          { ...(layer as object), inputs: ['other', 'other'] },
          ...head(2, 'softmax'),
        ],
      },
    }),
  ]),
]

/** Places in a spec for a value of the format. The first valid one is used. */
const HOLDERS: readonly Holder[] = [
  ...['initializer', 'regularizer', 'constraint'].map((name): Holder => {
    const hold = (value: unknown) => network(['Flatten', { type: 'Dense', units: 2, [`kernel_${name}`]: value }])
    return [`${name}s`, { $ref: name }, [hold]]
  }),
  LAYER_HOLDER,
  ['optimizer', properties.optimizer!, [(optimizer) => classifier({ optimizer })]],
  ['loss', properties.loss!, heads((loss) => ({ loss, metrics: [] }))],
  [
    'metrics',
    definitions.any_metrics!.items!,
    [
      ...heads((metric) => ({ metrics: [metric] })),
      (metric) => rbm({ metrics: [metric] }),
      (metric) => rbm({ metrics: [metric], training: { algorithm: 'parallel_tempering', k: 1 } }),
    ],
  ],
  ['callbacks', properties.callbacks!.items!, [(callback) => classifier({ callbacks: [callback] })]],
  ['early_stopping', properties.early_stopping!, [(early_stopping) => classifier({ early_stopping })]],
  [
    'target',
    properties.target!,
    [(target) => network(head(9, 'linear'), { target, metrics: [] }), (target) => classifier({ target, metrics: [] })],
  ],
  [
    'outputs',
    without(properties.outputs!.additionalProperties as Node, 'metrics', 'target'),
    [
      (output) => ({
        data: DATA,
        model: { type: 'Functional', layers: ['Flatten', { type: 'Dense', name: 'a', units: 2 }] },
        outputs: { a: output },
      }),
    ],
  ],
  ['expect', properties.expect!, [(expect) => classifier({ expect })]],
  [
    'fit',
    properties.fit!,
    [(fit) => classifier({ fit }), (fit) => classifier({ fit: { k_fold: 4, ...(fit as Fields) } })],
  ],
  ['seed', properties.seed!, [(seed) => classifier({ seed })]],
  ['data', properties.data!, [(data) => classifier({ data }), (data) => network(head(81, 'softmax'), { data })]],
  ['training', definitions.training!, [(training) => rbm({ training })]],
  ['rbm', without(models.get('RBM')!, 'visible_bias_initializer'), [(model) => rbm({ model })]],
  [
    'dbn',
    without(
      models.get('DBN')!.properties!.rbms!.items!,
      'visible_bias_initializer',
      'training',
      'optimizer',
      'metrics',
    ),
    [(one) => ({ data: FLAT, model: { type: 'DBN', rbms: [one] } })],
  ],
]

/** Fields that are met elsewhere are left out. */
function without(node: Node, ...keys: readonly string[]): Node {
  const kept = Object.entries(node.properties!).filter(([key]) => !keys.includes(key))
  return { ...node, properties: Object.fromEntries(kept) }
}

function heads(rest: (value: unknown) => Fields): ((value: unknown) => Fields)[] {
  return [
    [2, 'softmax'],
    [1, 'sigmoid'],
    [1, 'linear'],
    [2, 'linear'],
    [2, 'sigmoid'],
  ].map(
    ([units, activation]) =>
      (value) =>
        network(head(units as number, activation as string), rest(value)),
  )
}

/** Values of required fields whose smallest value does not fit. */
const SAMPLES: Fields = {
  units: 2,
  filters: 2,
  kernel_size: 2,
  pool_size: 2,
  output_size: 2,
  target_shape: [-1],
  n: 2,
  dims: [1],
  input_dim: 4,
  output_dim: 2,
  sequence_length: 4,
  boundaries: [1],
  values: [0.1, 0.01],
  groups: [[0], [1]],
  axes: -1,
  layers: [{ type: 'Activation', activation: 'tanh' }],
  layer: { type: 'SimpleRNN', units: 2 },
  filepath: 'checkpoint',
  filename: 'log.csv',
  activation: 'tanh',
  rates: { '0': 0.1 },
}
/** By type, fields without which a layer or callback does not fit. */
const BESIDE: Readonly<Record<string, Fields>> = {
  Input: { shape: [3, 3] },
  Permute: { dims: [2, 1] },
  GroupNormalization: { groups: -1 },
  LearningRateScheduler: { rates: { '0': 0.1 } },
  Embedding: { input_dim: 4 },
  Bidirectional: { layer: { type: 'SimpleRNN', units: 2 } },
  TimeDistributed: { layer: { type: 'Dense', units: 2 } },
  Conv1DTranspose: { filters: 2, kernel_size: 2, strides: 2, output_padding: [0] },
  Conv2DTranspose: { filters: 2, kernel_size: 2, strides: 2, output_padding: [0, 0] },
  Conv3DTranspose: { filters: 2, kernel_size: 2, strides: 2, output_padding: [0, 0, 0] },
  ConvLSTM3D: { kernel_size: [2, 1, 1] },
  Cropping3D: { cropping: 0 },
  EinsumDense: { equation: '...x,xy->...y', output_shape: 2 },
  ReversibleEmbedding: { input_dim: 4 },
  SpectralNormalization: { layer: { type: 'Dense', units: 2 } },
  iou: { num_classes: 2, target_class_ids: [0], sparse_y_pred: false },
  mean_iou: { num_classes: 2, sparse_y_pred: false },
  CosineDecay: { warmup_target: 0.1 },
  categorical_focal_crossentropy: { alpha: [0.25, 0.25] },
  auc: { label_weights: [1, 1], multi_label: true },
  grouped_label: { groups: [[0], [1]] },
}

export function numberFields(): NumberField[] {
  const seen = new Set<string>()
  return HOLDERS.flatMap(([name, node, holders]) =>
    [...numbersIn(node, name, seen)].map(({ path, bounds, value }) => {
      const samples = bounds.length > 0 ? bounds : [1]
      const holds = (hold: (value: unknown) => Fields) =>
        [...samples, 1, 2, 0.5, 3, 9, -1, 4].some(
          (number) => readText(JSON.stringify(hold(value(number)))).issues.length === 0,
        )
      const hold = holders.find(holds)
      if (!hold) throw new Error(`no small spec holds ${path}: ${issuesOf(holders[0]!(value(1)))}`)
      return { path, bounds, spec: (number) => hold(value(number)) }
    }),
  )
}

const issuesOf = (spec: object) =>
  readText(JSON.stringify(spec))
    .issues.map(({ pointer, message }) => `${pointer} ${message}`)
    .join('; ')

/** Every number in what a schema describes, each with the least around it; what is used in many places is met once. */
function* numbersIn(node: Node, path: string, seen: Set<string>, sample?: unknown): Iterable<Part> {
  if (node.$ref) {
    const name = node.$ref.split('/').at(-1)!
    if (seen.has(name)) return
    seen.add(name)
    yield* numbersIn(definitions[name]!, path, seen, sample)
    return
  }
  for (const one of [...(node.allOf ?? []), ...(node.anyOf ?? []), ...(node.oneOf ?? [])]) {
    yield* numbersIn(one, path, seen, sample)
  }
  const type = nameOf(node)
  const here = type === undefined ? path : `${path}/${type}`
  const around = node.properties ? (sampleOf(node) as Fields) : {}
  for (const [key, field] of Object.entries(node.properties ?? {})) {
    for (const inner of numbersIn(field, `${here}/${key}`, seen, around[key])) {
      yield { ...inner, value: (number) => ({ ...around, [key]: inner.value(number) }) }
    }
  }
  if (typeof node.additionalProperties === 'object') {
    for (const inner of numbersIn(node.additionalProperties, `${here}/*`, seen)) {
      yield { ...inner, value: (number) => ({ [path === 'expect' ? 'loss' : '0']: inner.value(number) }) }
    }
  }
  if (node.items) {
    const list = Array.isArray(sample)
      ? sample
      : (sampleOf({ ...node, minItems: Math.max(1, node.minItems ?? 1) }) as unknown[])
    for (const inner of numbersIn(node.items, `${here}[]`, seen, list[0])) {
      for (let place = 0; place < Math.min(list.length, 2); place++) {
        const value = (number: number) => list.with(place, inner.value(number))
        yield { ...inner, path: `${inner.path}${place === 0 ? '' : ` ${place}`}`, value }
      }
    }
  }
  if (isOf(node, 'number') || isOf(node, 'integer')) {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node
    const step = isOf(node, 'integer') ? 1 : Number.EPSILON
    const bounds = [
      minimum,
      maximum,
      exclusiveMinimum === undefined ? undefined : exclusiveMinimum + (step === 1 ? 1 : Number.MIN_VALUE),
      exclusiveMaximum === undefined ? undefined : exclusiveMaximum * (1 - step),
    ]
    yield { path: here, bounds: bounds.filter((bound) => bound !== undefined), value: (number) => number }
  }
}

const isOf = ({ type }: Node, wanted: string): boolean =>
  type === wanted || (Array.isArray(type) && type.includes(wanted))

/** The name by which members of a union are told apart. */
function nameOf({ properties }: Node): string | undefined {
  const tag = properties?.type ?? properties?.algorithm ?? properties?.dataset
  return (tag?.const ?? tag?.enum?.[0]) as string | undefined
}

/** The least that fits a schema. */
function sampleOf(node: Node): unknown {
  if (node.$ref) return sampleOf(definitions[node.$ref.split('/').at(-1)!]!)
  if ('const' in node) return node.const
  if (node.enum) return node.enum[0]
  const [first] = [...(node.allOf ?? []), ...(node.anyOf ?? []), ...(node.oneOf ?? [])]
  if (first) return sampleOf(first)
  if (isOf(node, 'object')) {
    const required = (node.required ?? []).map((key) => [key, SAMPLES[key] ?? sampleOf(node.properties![key]!)])
    const name = nameOf(node)
    const fields: Record<string, unknown> = { ...Object.fromEntries(required), ...(name && BESIDE[name]) }
    const tag = ['type', 'algorithm', 'dataset'].find((key) => key in fields)
    return tag === undefined ? fields : { ...fields, [tag]: name }
  }
  if (isOf(node, 'array')) return Array.from({ length: node.minItems ?? 0 }, () => sampleOf(node.items!))
  if (isOf(node, 'integer')) return Math.max(1, node.minimum ?? 1)
  if (isOf(node, 'number')) return (node.maximum ?? node.exclusiveMaximum ?? 2) > 1 ? 1 : 0.5
  if (isOf(node, 'boolean')) return true
  if (isOf(node, 'null')) return null
  return 'loss'
}
