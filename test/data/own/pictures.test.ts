/** Pictures as features and targets: in folders by class, named in a table, with masks. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Decisions } from '../../../src/data/own/decide.js'
import { pictureColumns } from '../../../src/data/own/pictures.js'
import { placeOf } from '../../../src/data/sources/file-column.js'
import type { RawTable } from '../../../src/data/sources/raw-table.js'
import { readSpec } from '../../../src/run/read-spec.js'
import { loaded, ownSpec, problemsOf, REGRESSION, valuesIn } from '../../support/own-data.js'
import { greyPng, maskPng, png } from '../../support/png.js'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/pictures', name))

/** Grey pictures of 2 x 2 pixels, by their paths and values. */
const greys = (values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([path, value]) => [path, greyPng(2, 2, value)]))

const IMAGE = { type: 'image', image_size: [2, 2], color_mode: 'grayscale' }
const FLAT = {
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] },
}

describe('a folder by class', () => {
  const files = greys({ 'p/b/1.png': 10, 'p/a/x/2.png': 20, 'p/a/10.png': 30, 'p/a/9.png': 40, 'p/c/3.png': 50 })

  test('sub-folders are classes, with everything that lies in them', async () => {
    const { open, data } = await loaded(files, { source: 'p/', features: { image: IMAGE } }, FLAT)
    expect(open.decided[1]).toBe('Target "label": class 0 "a", 1 "b", 2 "c".')
    const { 'x:image': image, 'y:label': label } = valuesIn(data.train)
    // numbers in names are in the order of their values
    expect(image!.filter((_, at) => at % 4 === 0)).toEqual([40, 30, 20, 10, 50])
    expect(label).toEqual([0, 0, 0, 1, 2])
  })

  test('without features it is one of 256 x 256 in colours', async () => {
    const { data } = await loaded(files, { source: 'p' }, FLAT)
    expect(data.form.inputs.image).toMatchObject({ shape: [256, 256, 3], dtype: 'uint8', divisor: 1 })
  })

  test('a run from the settled spec has the same data', async () => {
    const { open, data } = await loaded(files, { source: 'p', features: { image: IMAGE } }, FLAT)
    const again = await loaded(files, { ...open.data, source: 'p' }, FLAT)
    expect(valuesIn(again.data.train)).toEqual(valuesIn(data.train))
    expect(again.open.data).toEqual({ ...open.data, source: expect.any(String) })
  })

  test('rows from a pack have the name of the folder too', async () => {
    const path = ownSpec(files, { source: 'p', features: { image: IMAGE }, cache: 'disk' }, FLAT)
    const decided = async () => {
      const read = await readSpec(path, [], Readable.from([]))
      if (!('spec' in read)) throw new Error(read.issues.map(({ message }) => message).join())
      await read.data.load()
      return read.data.decided
    }
    const [first, ...others] = await decided()
    expect(first).toMatch(/p: 5 rows to train\. /)
    expect(await decided()).toEqual([first, ...others, expect.stringMatching(/^Its rows come from the pack /)])
  })

  test('folders train, val and test are the parts', async () => {
    const parts = greys({
      ...{ 'p/train/a/1.png': 1, 'p/train/b/2.png': 2 },
      ...{ 'p/val/a/3.png': 3, 'p/val/b/4.png': 4, 'p/test/a/5.png': 5, 'p/test/b/6.png': 6 },
    })
    const { data } = await loaded(parts, { source: 'p', features: { image: IMAGE } }, FLAT)
    const firsts = [data.train, data.validation, data.test].map((part) => valuesIn(part)['x:image']![0])
    expect(firsts).toEqual([1, 3, 5])
  })

  test('files train.csv, val.csv and test.csv are the parts', async () => {
    const tables = { 'p/train.csv': 'x,y\n1,a\n2,b\n', 'p/val.csv': 'x,y\n3,a\n4,b\n', 'p/notes.md': 'none' }
    const { data } = await loaded(tables, { source: 'p', target: 'y', features: { x: 'float' } })
    expect(valuesIn(data.validation)['x:features']).toEqual([3, 4])
  })

  test('a folder of pictures has no target', async () => {
    const model = {
      model: {
        type: 'Sequential',
        layers: ['Flatten', { type: 'Dense', units: 4 }, { type: 'Reshape', target_shape: [2, 2, 1] }],
      },
    }
    const outputs = { loss: 'mse', target: 'input' }
    const { data } = await loaded(
      greys({ 'p/1.png': 1, 'p/2.png': 2 }),
      { source: 'p/*.png', features: { image: IMAGE } },
      { ...model, ...outputs },
    )
    expect(data.form.targets).toEqual({})
    expect(data.form.rows.train).toBe(2)
  })

  test('links to folders are followed only if asked for, and make no circle', async () => {
    const opened = async (follow_links: boolean) => {
      const more = greys({ 'elsewhere/4.png': 60 })
      const path = ownSpec({ ...files, ...more }, { source: 'p', features: { image: IMAGE }, follow_links }, FLAT)
      symlinkSync('..', join(dirname(path), 'p/c/up'))
      symlinkSync('../../elsewhere', join(dirname(path), 'p/c/more'))
      const read = await readSpec(path, [], Readable.from([]))
      if (!('spec' in read)) throw new Error(read.issues.map(({ message }) => message).join())
      return read.data
    }
    expect((await opened(true)).form.rows.train).toBe(6)
    const plain = await opened(false)
    expect(plain.form.rows.train).toBe(5)
    expect(plain.decided).toContainEqual(
      expect.stringMatching(
        /p: left out links to folders: c\/more, c\/up; "follow_links": true in "data" follows them\.$/,
      ),
    )
  })
})

describe('pictures that a table names', () => {
  const files = { 'labels.csv': 'name,price\nb.png,1\na.png,2\n', ...greys({ 'photos/a.png': 7, 'photos/b.png': 9 }) }
  const data = {
    source: 'labels.csv',
    features: { photo: { ...IMAGE, column: 'name', directory: 'photos' } },
    target: 'price',
  }
  const model = { model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto' }] }, loss: 'mse' }

  test('the files of a column, in the order of the rows', async () => {
    const { data: read } = await loaded(files, data, model)
    expect(valuesIn(read.train)).toEqual({ 'x:photo': [9, 9, 9, 9, 7, 7, 7, 7], 'y:price': [1, 2] })
  })

  test('a feature may have the name of its column', async () => {
    const named = { ...data, features: { name: { ...IMAGE, directory: 'photos' } } }
    const { data: read } = await loaded(files, named, model)
    expect(valuesIn(read.train)['x:name']![0]).toBe(9)
  })

  test('with numbers beside them', async () => {
    const both = {
      source: 'labels.csv',
      features: { photo: { ...IMAGE, column: 'name', directory: 'photos' }, size: 'float' },
      target: 'price',
    }
    const layers = [
      { name: 'flat', type: 'Flatten', inputs: ['photo'] },
      { name: 'joined', type: 'Concatenate', inputs: ['flat', 'features'] },
      { name: 'out', type: 'Dense', units: 1, inputs: ['joined'] },
    ]
    const csv = { ...files, 'labels.csv': 'name,size,price\nb.png,3,1\na.png,4,2\n' }
    const { data: read } = await loaded(csv, both, { model: { type: 'Functional', layers }, loss: 'mse' })
    expect(valuesIn(read.train)['x:features']).toEqual([3, 4])
  })

  test('rows without a name are dropped if the spec says so', async () => {
    const gaps = { ...files, 'labels.csv': 'name,price\nb.png,1\n,5\na.png,2\n' }
    expect(await problemsOf(gaps, data, model)).toEqual([
      '/data/source: column "name" of labels.csv has a gap in row 2; "missing": { "name": "drop" } in "data" leaves such rows out',
    ])
    const drop = { ...data, missing: { name: 'drop' } }
    expect(valuesIn((await loaded(gaps, drop, model)).data.train)['y:price']).toEqual([1, 2])
  })

  test('a column of names without a type is not taken for categories', async () => {
    expect(await problemsOf(files, { source: 'labels.csv', target: 'price' }, model)).toEqual([
      '/data: column "name" of labels.csv names pictures, such as "b.png" in row 1; write its type: "features": { "name": "image", ... }, or leave it out: "ignore": ["name"]',
    ])
  })

  test('no file outside of the folder is read', async () => {
    const outside = { ...files, 'labels.csv': 'name,price\n../labels.csv,1\n/etc/passwd,2\nhttp://a/b.png,3\n' }
    const problems = await problemsOf(outside, data, model)
    expect(problems.slice(0, 3)).toEqual([
      expect.stringMatching(/^labels\.csv: row 1: \.\.\/labels\.csv lies outside of the folder .*"directory" names/),
      expect.stringMatching(/^labels\.csv: row 2: \/etc\/passwd lies outside of the folder /),
      'labels.csv: row 3: http://a/b.png is an address, must be the path of a file',
    ])
  })
})

test('16 bits are scaled, not cut off', async () => {
  const deep = png({ width: 2, height: 1, depth: 16 }, Uint8Array.of(0, 0x10, 0x00, 0xff, 0xff))
  const features = { image: { type: 'image', image_size: [1, 2], color_mode: 'grayscale' } }
  const { data } = await loaded({ 'p/1.png': deep, 'p/2.png': deep }, { source: 'p/*.png', features }, AUTOENCODER)
  expect(data.form.inputs.image!.dtype).toBe('float32')
  expect(valuesIn(data.train)['x:image']!.slice(0, 2)).toEqual([Math.fround(0x1000 / 257), 255])
  const bytes = { image: { ...features.image, dtype: 'uint8' } }
  const { data: rounded } = await loaded(
    { 'p/1.png': deep, 'p/2.png': deep },
    { source: 'p/*.png', features: bytes },
    AUTOENCODER,
  )
  expect(valuesIn(rounded.train)['x:image']!.slice(0, 2)).toEqual([16, 255])
})

const AUTOENCODER = {
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 1 }] },
  loss: 'mse',
  target: 'input',
}

describe('masks', () => {
  const SEGMENTATION = {
    model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  }
  const files = {
    ...greys({ 'road/images/one.png': 10, 'road/images/two.png': 20 }),
    'road/masks/one.png': maskPng(2, [0, 1, 2, 0]),
    'road/masks/two.png': maskPng(2, [2, 2, 2, 2]),
  }
  const data = {
    source: 'road/images/*.png',
    features: { image: { ...IMAGE, image_size: [2, 4] } },
    target: { type: 'image', masks: 'road/masks/{stem}.png', class_names: ['road', 'car', 'sky'] },
  }

  test('numbers of a palette are kept, and the nearest one is taken', async () => {
    const { open, data: read } = await loaded(files, data, SEGMENTATION)
    expect(open.decided[1]).toBe('Target "target": for each pixel class 0 "road", 1 "car", 2 "sky".')
    expect(read.form.targets.target).toMatchObject({ shape: [2, 4], values: 'class', classes: 3 })
    expect(valuesIn(read.train)['y:target']!.slice(0, 8)).toEqual([0, 0, 1, 1, 2, 2, 0, 0])
  })

  test.each([
    ['masks/{stem}.png', 'x/one.jpg', 'masks/one.png'],
    ['{stem}-mask.png', 'one.jpg', 'one-mask.png'],
    ['.{stem}.png', 'one.jpg', '.one.png'],
    ['.masks/{stem}.png', 'one.jpg', '.masks/one.png'],
    ['../{stem}/mask.png', 'one.jpg', '../one/mask.png'],
    ['masks/{stem}.png', 'cost-$$-$&.jpg', 'masks/cost-$$-$&.png'],
  ])('%s of %s is %s', (masks, picture, mask) => {
    const image = { type: 'image', column: 'file', image_size: [2, 2], directory: null }
    const target = { type: 'image', made: 'target', pointer: '', masks }
    const decisions = { features: { image }, targets: { target } } as unknown as Decisions
    const [, column] = pictureColumns(decisions, { name: 'a.csv' } as RawTable)
    expect(placeOf(column!, picture)).toEqual({ path: resolve(mask) })
  })

  test('a column may name them, and other numbers may stand for the classes', async () => {
    const table = {
      'road/a.csv': 'picture,mask\nimages/one.png,masks/m.png\n',
      ...greys({ 'road/images/one.png': 10 }),
      'road/masks/m.png': png({ width: 2, height: 2 }, Uint8Array.of(0, 0, 255, 0, 255, 0)),
    }
    const named = {
      source: 'road/a.csv',
      features: { picture: IMAGE },
      target: { type: 'image', column: 'mask', class_names: ['no', 'yes'], mask_values: [0, 255] },
    }
    const { data: read } = await loaded(table, named, SEGMENTATION)
    expect(valuesIn(read.train)['y:mask']).toEqual([0, 1, 1, 0])
  })

  test('a picture as a target is numbers from 0 to 1', async () => {
    const table = {
      'a.csv': 'noisy,clean\np/1.png,q/1.png\n',
      ...greys({ 'p/1.png': 10, 'q/1.png': 51 }),
    }
    const pair = {
      source: 'a.csv',
      features: { noisy: IMAGE },
      target: { type: 'image', column: 'clean', color_mode: 'grayscale' },
    }
    const model = { model: { type: 'Sequential', layers: [{ type: 'Dense', units: 1 }] }, loss: 'mse' }
    const { data: read } = await loaded(table, pair, model)
    expect(valuesIn(read.train)['y:clean']).toEqual([0.2, 0.2, 0.2, 0.2])
  })

  test('wrong masks are named', async () => {
    const wrong = {
      ...files,
      'road/masks/one.png': maskPng(2, [0, 3, 2, 0]),
      'road/masks/two.png': maskPng(1, [2, 2]),
      ...greys({ 'road/images/three.png': 1 }),
      'road/masks/three.png': fixture('rgb.png'),
    }
    expect(await problemsOf(wrong, data, SEGMENTATION)).toEqual([
      'road/images: row 1: one.png has the number in the palette 3 in row 1, column 2 of its pixels, must be from 0 to 2, the number of a class; if files have other numbers for the classes, list them in "mask_values"',
      'road/images: row 2: three.png has colours, but a mask must have a palette or greys whose numbers are classes',
      'road/images: row 3: two.png has 1 x 2 pixels, but its picture has 2 x 2',
      'road/images names files that cannot be used',
    ])
    const { 'road/masks/two.png': _, ...missing } = files
    expect(await problemsOf(missing, data, SEGMENTATION)).toEqual([
      'road/images: row 2: there is no file two.png in road/masks',
      'road/images names a file that is not there',
    ])
  })

  test('a model needs a class for each pixel', async () => {
    const flat = { ...SEGMENTATION, ...FLAT, metrics: [] }
    expect(await problemsOf(files, data, flat)).toEqual([
      '/model/layers/1: the model ends in (None, 3), but loss sparse_categorical_crossentropy needs (None, 2, 4, 3) for the 3 classes of road/images',
    ])
    const weights = { ...SEGMENTATION, fit: { class_weight: 'balanced' } }
    expect(await problemsOf(files, data, weights)).toEqual([
      '/fit/class_weight: found weights of classes, but the target has 8 classes in each sample',
    ])
  })

  test('fields that do not go together', async () => {
    const problems = async (target: object) => problemsOf(files, { ...data, target }, SEGMENTATION)
    expect(await problems({ column: 'file', masks: 'm/{stem}.png' })).toEqual([
      expect.stringMatching(/^\/data\/target\/masks: found "masks", which only a target of type "image" has/),
    ])
    expect(await problems({ type: 'image', masks: 'm/x.png' })).toEqual([
      '/data/target/masks: found "m/x.png", must have {stem}, which stands for the name of the picture',
    ])
    expect(await problems({ type: 'image', masks: 'm/{stem}.png', class_names: ['a'], mask_values: [0, 1] })).toEqual([
      '/data/target/mask_values: found 2 numbers for 1 classes, must be as many',
    ])
  })
})

test('a picture may change: a pack is made anew', async () => {
  const files = { 'a.csv': 'name,y\n1.png,1\n2.png,2\n', ...greys({ '1.png': 7, '2.png': 9 }) }
  const data = { source: 'a.csv', features: { name: IMAGE }, target: 'y', cache: 'disk' }
  const spec = { ...REGRESSION, model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto' }] } }
  const path = ownSpec(files, data, spec)
  const pixels = async () => {
    const read = await readSpec(path, [], Readable.from([]))
    if (!('spec' in read)) throw new Error(read.issues.map(({ message }) => message).join())
    return { decided: read.data.decided, first: valuesIn((await read.data.load()).train)['x:name']![0] }
  }
  expect((await pixels()).first).toBe(7)
  expect((await pixels()).decided.at(-1)).toMatch(/come from the pack/)
  writeFileSync(join(dirname(path), '1.png'), greyPng(2, 2, 200))
  expect((await pixels()).first).toBe(200)
})
