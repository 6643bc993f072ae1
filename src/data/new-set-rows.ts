/** Prepares new samples for a model that was trained on a set that comes with the program. */
import type { Field } from '../base/field.js'
import { UserError } from '../base/issue.js'
import { formatShape, type Shape, sizeOf } from '../base/shape.js'
import { DATASETS, type SetSpec } from '../spec/data.js'
import { featureSchema } from '../spec/features.js'
import { ONCE } from '../spec/once.js'
import { ownData } from '../spec/own-data.js'
import { type Column, isField } from './column.js'
import { FILE } from './folders/file-table.js'
import type { NewPiece, NewRowsRequest, OpenRows } from './own/new-rows.js'
import { findFiles, openFiles } from './own/open-source.js'
import { type PictureFeature, pictureColumn } from './own/picture-features.js'
import { type Preparing, preparing, TEST } from './preparation.js'
import { setPlans, X } from './set-plans.js'
import { setForm, testSource } from './sources/built-in.js'
import { closedIfItFails, type RawTable } from './sources/raw-table.js'
import { inPieces, type Rows } from './sources/source.js'
import { withFiles } from './sources/with-files.js'
import { type GivenRows, openGiven } from './tables/given-rows.js'
import type { DataWatch } from './watch.js'

interface SetRowsRequest extends Pick<NewRowsRequest, 'preparation' | 'seed' | 'noted'> {
  readonly data: SetSpec
  readonly watch: DataWatch
}

/** Samples before any step, in a column of one name. */
interface Samples {
  readonly name: string
  readonly count: number | null
  readonly column: Column
  rows(): AsyncIterable<Rows> | Iterable<Rows>
  /** Name of the column. */
  readonly key: string
  close(): void
}

/** `word`: the name of a set, whose test samples are taken, or a path. */
export async function newSetRows(word: string, request: SetRowsRequest): Promise<OpenRows> {
  const { data } = request
  const isSet = Object.hasOwn(DATASETS, word)
  const samples = isSet ? await ofSet({ ...data, dataset: word } as SetSpec) : await inFiles(word, request)
  return closedIfItFails(samples, () => rowsOf(samples, request))
}

/** The same for rows with an array `x`. Returns null if there are none. */
export async function givenSamples(rows: GivenRows, request: SetRowsRequest): Promise<OpenRows | null> {
  const { x } = setForm(request.data)
  const table = await openGiven(rows, { missing_values: [], arrays: { x }, numbers: new Set() })
  if (!table) return null
  return closedIfItFails(table, () => {
    const { columns, rows: pieces } = table.read({ x: 'field' })
    const { name, close } = table
    return rowsOf({ name, count: null, column: columns.x!, key: 'x', rows: pieces, close }, request)
  })
}

/** Throws a UserError for samples of another size. */
function rowsOf(samples: Samples, request: SetRowsRequest): OpenRows {
  const { data } = request
  const { x } = setForm(data)
  const { name, count, column: found, key, close } = samples
  if (!isField(found) || sizeOf(found.shape) !== sizeOf(x.shape)) {
    const shape = isField(found) ? formatShape(found.shape) : 'none'
    throw new UserError(
      `${name} has samples of shape ${shape}, must have ${formatShape(x.shape)}, as ${data.dataset} has.`,
    )
  }
  // bytes mean what the bytes of the set mean
  const column: Field = found.dtype === 'uint8' ? x : { ...x, dtype: found.dtype, divisor: found.divisor }
  const work = setWork(request, column)
  async function* pieces(): AsyncGenerator<NewPiece> {
    for await (const many of samples.rows()) {
      for (const { from, count, columns } of inPieces(many, { [key]: column }, work.most)) {
        const { fields } = work.prepare({ from, count, columns: { x: columns[key]! } })
        yield { from, count, fields, bad: new Map(), kept: {} }
      }
    }
  }
  return { name, fields: work.fields, count, pieces, close }
}

/** How samples of a column `x` become inputs of the model. */
export function setWork(
  { data, seed, preparation }: Pick<SetRowsRequest, 'data' | 'seed' | 'preparation'>,
  x: Column,
): Preparing {
  const { [X]: plan } = setPlans(data, seed)
  return preparing({ [X]: plan! }, { x }, TEST, preparation.learnt)
}

async function ofSet(set: SetSpec): Promise<Samples> {
  const test = await testSource(set)
  return {
    name: set.dataset,
    count: test.count,
    column: test.columns.x!,
    key: 'x',
    rows: () => test.rows(['x']),
    close() {},
  }
}

async function inFiles(path: string, { data, watch, noted }: SetRowsRequest): Promise<Samples> {
  const { x } = setForm(data)
  const reading = ownData.parse({ source: path })
  const table = await openFiles(await findFiles(path, reading, watch), reading)
  return closedIfItFails(table, () => {
    const [all, key] = table.holds === 'pictures' ? withPixels(table, x.shape, noted) : [table, soleArray(table)]
    const { columns, rows } = all.read({ [key]: 'field' })
    const count = table.count?.([table.holds === undefined ? key : FILE]) ?? null
    return { name: table.name, count, column: columns[key]!, key, rows, close: () => table.close() }
  })
}

/** Name of the column that is made of pictures. */
const PIXELS = 'pixels'

function withPixels(
  table: RawTable,
  [height, width, channels = 1]: Shape,
  noted: (note: string) => void,
): [RawTable, string] {
  const color_mode = channels === 1 ? 'grayscale' : 'rgb'
  const feature = featureSchema.parse({ type: 'image', image_size: [height, width], color_mode }, ONCE)
  const column = pictureColumn({ ...feature, column: FILE, made: PIXELS } as PictureFeature, table)
  return [withFiles(table, [column], { noted }), PIXELS]
}

function soleArray({ name, columns }: RawTable): string {
  const arrays = Object.entries(columns).flatMap(([column, found]) =>
    typeof found === 'object' && found ? [column] : [],
  )
  const [key, ...others] = arrays.includes('x') ? ['x'] : arrays
  if (key !== undefined && others.length === 0) return key
  const found = key === undefined ? 'no array' : `${arrays.length} arrays`
  throw new UserError(`${name} has ${found}, must have one, or one called "x", with a sample in each row.`)
}
