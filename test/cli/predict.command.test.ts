/** `train predict`: the answers of trained models for new rows, in every format, and rows that cannot be prepared. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { runCommand, runShell } from '../support/command.js'
import { runMain } from '../support/main.js'

const FLOWERS = readFileSync(join(import.meta.dirname, '../../specs/data/iris.csv'), 'utf8')
  .trimEnd()
  .split('\n')
const [HEADER, ...ROWS] = FLOWERS
const NAMES = ['setosa', 'versicolor', 'virginica']

const dense = (units: number, more: object = {}) => ({ type: 'Dense', units, ...more })
const SPECS = {
  iris: {
    data: { source: 'iris.csv', target: 'species' },
    model: { type: 'Sequential', layers: [dense(8, { activation: 'tanh' }), dense(3, { activation: 'softmax' })] },
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
    optimizer: { type: 'Adam', learning_rate: 0.05 },
    fit: { epochs: 8, batch_size: 16 },
  },
  logits: {
    data: { source: 'iris.csv', target: 'species' },
    model: { type: 'Sequential', layers: [dense(3)] },
    loss: { type: 'sparse_categorical_crossentropy', from_logits: true },
    fit: { batch_size: 16 },
  },
  several: {
    data: {
      source: 'several.csv',
      features: ['a', 'b'],
      targets: { size: {}, kind: {}, tags: { type: 'multi_hot', separator: ' ' } },
    },
    model: {
      type: 'Functional',
      layers: [
        dense(6, { name: 'body', inputs: 'features', activation: 'tanh' }),
        dense(1, { name: 'size', inputs: 'body' }),
        dense(1, { name: 'kind', inputs: 'body', activation: 'sigmoid' }),
        dense(3, { name: 'tags', inputs: 'body', activation: 'sigmoid' }),
      ],
    },
    outputs: { size: { loss: 'mse' }, kind: { loss: 'binary_crossentropy' }, tags: { loss: 'binary_crossentropy' } },
    fit: { epochs: 2 },
  },
  digits: {
    data: 'mnist-10k',
    model: {
      type: 'Sequential',
      layers: ['Flatten', dense(8, { name: 'hidden', activation: 'relu' }), dense(10, { activation: 'softmax' })],
    },
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
    fit: { batch_size: 500 },
  },
  labelled: {
    data: {
      source: 'iris.csv',
      features: { petal_width: { type: 'float', steps: [{ type: 'Rescaling', scale: 0.1 }, 'Binarize'] } },
      target: 'species',
    },
    model: { type: 'RBM', hidden_units: 4 },
    training: { algorithm: 'cd', labels: 'generative' },
  },
  wide: {
    data: { source: 'iris.csv', features: ['petal_width'], target: 'species' },
    model: {
      type: 'Sequential',
      layers: [dense(30_000, { name: 'broad' }), dense(3, { activation: 'softmax' })],
    },
    loss: 'sparse_categorical_crossentropy',
  },
  forecast: {
    data: {
      source: 'days.csv',
      features: ['value'],
      target: 'value',
      window: { sequence_length: 3, order_by: 'day' },
      missing: 'error',
    },
    model: { type: 'Sequential', layers: ['Flatten', dense(1)] },
    loss: 'mse',
  },
}

const SEVERAL = [
  'a,b,size,kind,tags',
  ...Array.from(
    { length: 40 },
    (_, row) => `${row / 9},${row % 7},${row},${['no', 'yes'][row % 2]},${['red big', 'red', 'big', 'odd'][row % 4]}`,
  ),
].join('\n')
const DAYS = [
  'day,value',
  ...Array.from({ length: 30 }, (_, row) => `2024-01-${String(row + 1).padStart(2, '0')},${Math.sin(row)}`),
].join('\n')

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  writeFileSync(join(folder, 'iris.csv'), `${FLOWERS.join('\n')}\n`)
  writeFileSync(join(folder, 'new.csv'), `${withoutSpecies(FLOWERS).join('\n')}\n`)
  writeFileSync(join(folder, 'answered.csv'), FLOWERS.join('\n').replace('species', 'predicted_species'))
  writeFileSync(join(folder, 'several.csv'), SEVERAL)
  writeFileSync(join(folder, 'days.csv'), DAYS)
  for (const [name, spec] of Object.entries(SPECS)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(spec))
    const { code, stderr } = await runCommand([`${name}.json`, '--out', name, '--engine', 'onnx'], { cwd: folder })
    expect(code, stderr).toBe(0)
  }
  return () => rmSync(folder, { recursive: true })
})

const withoutSpecies = (lines: readonly string[]) => lines.map((line) => line.slice(0, line.lastIndexOf(',')))

/** The lines that the command prints. */
async function predicted(args: readonly string[], stdin?: string): Promise<string[]> {
  const { code, stdout, stderr } = await runMain(['predict', ...args, '--engine', 'onnx'], {
    cwd: folder,
    ...(stdin && { stdin }),
  })
  expect(code, stderr).toBe(0)
  return stdout.trimEnd().split('\n')
}

const file = (name: string, lines: readonly string[]): string => {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
  return name
}

describe('classes', () => {
  test('have their names and probabilities, which give the metrics of train evaluate', async () => {
    const [header, ...lines] = await predicted(['iris', 'iris.csv', '--keep', 'species,sepal_width'])
    expect(header).toBe('species,sepal_width,predicted_species,species=setosa,species=versicolor,species=virginica')
    const rows = lines.map((line) => line.split(','))
    expect(rows.map(([species, width]) => `${width},${species}`)).toEqual(
      ROWS.map((row) => `${row.split(',')[1]},${row.split(',').at(-1)}`),
    )
    const { stdout } = await runMain(['evaluate', 'iris', 'iris.csv', '--json', '--engine', 'onnx'], { cwd: folder })
    const { test: scores } = JSON.parse(stdout)
    const right = rows.filter(([species, , found]) => species === found).length
    expect(right / rows.length).toBeCloseTo(scores.acc ?? scores.accuracy, 6)
    const losses = rows.map((row) => -Math.log(Number(row[3 + NAMES.indexOf(row[0]!)])))
    expect(losses.reduce((a, b) => a + b) / rows.length).toBeCloseTo(scores.loss, 5)
    for (const row of rows) {
      const [best] = NAMES.toSorted((a, b) => Number(row[3 + NAMES.indexOf(b)]) - Number(row[3 + NAMES.indexOf(a)]))
      expect(row[2]).toBe(best)
    }
  })

  test('of a model that ends in logits are probabilities too', async () => {
    const [, ...lines] = await predicted(['logits', 'new.csv'])
    for (const line of lines) {
      const [, ...numbers] = line.split(',')
      expect(numbers.map(Number).reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    }
  })

  test('are the same bits in any order of the rows, alone, and through a pipe', async () => {
    const [header, ...lines] = await predicted(['iris', 'new.csv'])
    const [columns, ...rows] = withoutSpecies(FLOWERS)
    const order = rows.map((_, row) => (row * 37) % rows.length)
    const shuffled = file('shuffled.csv', [columns!, ...order.map((row) => rows[row]!)])
    expect(await predicted(['iris', shuffled])).toEqual([header, ...order.map((row) => lines[row]!)])
    for (const row of [0, 77, 149]) {
      expect(await predicted(['iris', file('one.csv', [columns!, rows[row]!])])).toEqual([header, lines[row]])
    }
    expect(await predicted(['iris', '-'], `${withoutSpecies(FLOWERS).join('\n')}\n`)).toEqual([header, ...lines])
    const objects = rows.map((row) =>
      JSON.stringify(Object.fromEntries(row.split(',').map((cell, at) => [columns!.split(',')[at]!, Number(cell)]))),
    )
    expect(await predicted(['iris', '-'], `${objects.join('\n')}\n`)).toEqual([header, ...lines])
  })
})

test('classes of an RBM with labels have their names', async () => {
  const [header, first] = await predicted(['labelled', 'iris.csv'])
  expect(header).toBe(`predicted_species,${NAMES.map((name) => `species=${name}`).join(',')}`)
  expect(NAMES).toContain(first!.split(',')[0])
})

test('wide answers are computed in parts, which keep kept columns and bad rows beside them', async () => {
  const lines = ['petal_width,id', ...Array.from({ length: 300 }, (_, row) => `${row === 260 ? 'x' : row},n${row}`)]
  const args = [file('long.csv', lines), '--on-error', 'skip']
  await predicted(['wide', ...args, '--output', 'broad', '--out', 'broad.npy'])
  const bytes = readFileSync(join(folder, 'broad.npy'))
  expect(bytes.toString('latin1', 0, 200)).toContain("'shape': (300, 30000)")
  const values = new Float32Array(Uint8Array.from(bytes.subarray(bytes.length - 4 * 300 * 30_000)).buffer)
  const one = (row: number) => values[row * 30_000]!
  // a layer without an activation is linear, and its bias is small
  for (const row of [1, 127, 128, 259, 261, 299]) expect(one(row) / one(200)).toBeCloseTo(row / 200, 1)
  expect(one(260)).toBeNaN()
  const rows = (await predicted(['wide', ...args, '--keep', 'id'])).slice(1).map((line) => line.split(','))
  expect(rows.map(([id]) => id)).toEqual(lines.slice(1).map((line) => line.split(',')[1]))
  expect(rows.flatMap(([id, name]) => (name === '' ? [id] : []))).toEqual(['n260'])
})

test('a reader that goes away ends the command, even if rows come without an end', async () => {
  const line = `(head -1 iris.csv; yes ${ROWS[0]}) | $train predict iris - --engine onnx | head -2`
  const { stdout, stderr } = await runShell(line, { cwd: folder })
  expect(stdout.split('\n')[1]).toMatch(/^setosa,/)
  expect(stderr).not.toContain('    at ')
})

test('several outputs: a number, yes or no, and any of several classes', async () => {
  const [header, first] = await predicted(['several', 'several.csv', '--format', 'jsonl', '--keep', 'a'])
  const row = JSON.parse(header!)
  expect(Object.keys(row)).toEqual([
    'a',
    'predicted_size',
    'predicted_kind',
    'kind=yes',
    'predicted_tags',
    'tags=big',
    'tags=odd',
    'tags=red',
  ])
  expect(row.a).toBe('0')
  expect(typeof row.predicted_size).toBe('number')
  expect(row.predicted_kind).toBe(row['kind=yes'] > 0.5 ? 'yes' : 'no')
  expect(row.predicted_tags).toBe(['big', 'odd', 'red'].filter((name) => row[`tags=${name}`] >= 0.5).join(' '))
  expect(JSON.parse(first!).a).toBe('0.1111111111111111')
  const [names] = await predicted(['several', 'several.csv', '--output', 'kind'])
  expect(names).toBe('predicted_kind,kind=yes')
})

describe('formats', () => {
  test('an array of NumPy, and the output of any layer', async () => {
    const [header, ...lines] = await predicted(['digits', 'mnist-10k'])
    expect(header).toBe(`predicted_y,${Array.from({ length: 10 }, (_, digit) => `y=${digit}`).join(',')}`)
    expect(lines).toHaveLength(2000)
    await predicted(['digits', 'mnist-10k', '--out', 'answers.npy'])
    const bytes = readFileSync(join(folder, 'answers.npy'))
    expect(bytes.toString('latin1')).toContain("'shape': (2000, 10)")
    const values = new Float32Array(Uint8Array.from(bytes.subarray(bytes.length - 80_000)).buffer)
    expect([...values.subarray(0, 10)]).toEqual(
      lines[0]!
        .split(',')
        .slice(1)
        .map((text) => Math.fround(Number(text))),
    )
    const [hidden] = await predicted(['digits', 'mnist-10k', '--output', 'hidden'])
    expect(hidden).toBe(
      Array.from({ length: 8 }, (_, unit) => `hidden[${unit}]`)
        .join(',')
        .replaceAll('hidden[', 'hidden['),
    )
  })

  test('a Parquet file has the same rows', async () => {
    const expected = await predicted(['iris', 'iris.csv', '--keep', 'species'])
    await predicted(['iris', 'iris.csv', '--keep', 'species', '--out', 'answers.parquet'])
    const { openTable } = await import('../../src/data/tables/open-table.js')
    const table = await openTable([join(folder, 'answers.parquet')])
    const [header, ...lines] = expected
    expect(Object.keys(table.columns)).toEqual(header!.split(','))
    const found: string[] = []
    for await (const { count, columns } of table
      .read({ predicted_species: 'text', 'species=setosa': 'number' })
      .rows()) {
      for (let row = 0; row < count; row++)
        found.push(`${columns.predicted_species![row]},${columns['species=setosa']![row]}`)
    }
    table.close()
    expect(found).toEqual(lines.map((line) => `${line.split(',')[1]},${Math.fround(Number(line.split(',')[2]))}`))
  })
})

test('windows are named by the last of their rows, and the last one looks ahead', async () => {
  const [header, ...lines] = await predicted(['forecast', 'days.csv'])
  expect(header).toBe('day,predicted_value')
  expect(lines).toHaveLength(28)
  expect(lines.at(-1)).toMatch(/^2024-01-30,-?\d/)
})

test('windows of rows in any order have the same names and answers', async () => {
  const [header, ...days] = DAYS.split('\n')
  const mixed = file('mixed.csv', [header!, ...days.map((_, row) => days[(row * 7) % days.length]!)])
  expect(await predicted(['forecast', mixed])).toEqual(await predicted(['forecast', 'days.csv']))
})

test('a decimal comma is that of CSV files; JSON has a point', async () => {
  const german = ROWS.map((line) => line.replaceAll(',', ';').replaceAll('.', ','))
  const spec = {
    ...SPECS.iris,
    data: { ...SPECS.iris.data, source: 'german.csv', csv: { decimal: ',', delimiter: ';' } },
  }
  file('german.csv', [HEADER!.replaceAll(',', ';'), ...german])
  writeFileSync(join(folder, 'german.json'), JSON.stringify(spec))
  const { code, stderr } = await runCommand(['german.json', '--out', 'german', '--engine', 'onnx'], { cwd: folder })
  expect(code, stderr).toBe(0)
  const fromFile = await predicted(['german', 'german.csv'])
  expect(await predicted(['german', 'german.csv', '--on-error', 'skip'])).toEqual(fromFile)
  const [names] = withoutSpecies(FLOWERS)
  const objects = withoutSpecies(ROWS).map((row) =>
    JSON.stringify(Object.fromEntries(row.split(',').map((cell, at) => [names!.split(',')[at]!, Number(cell)]))),
  )
  expect(await predicted(['german', '-'], `${objects.join('\n')}\n`)).toEqual(fromFile)
  expect(await predicted(['german', file('rows.jsonl', objects), '--on-error', 'skip'])).toEqual(fromFile)
})

describe('rows that cannot be prepared', () => {
  const bad = () => file('bad.csv', [HEADER!, ROWS[0]!, 'x,3,1,0.2,setosa', ROWS[100]!, ',3,1,0.2,setosa'])

  test('end the command, with file, row and column', async () => {
    const { code, stdout, stderr } = await runMain(['predict', 'iris', bad(), '--engine', 'onnx'], { cwd: folder })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('bad.csv: row 2, column "sepal_length": found "x", must be a number\n')
  })

  test('are skipped if the user says so', async () => {
    const args = ['predict', 'iris', bad(), '--on-error', 'skip', '--keep', 'sepal_length', '--engine', 'onnx']
    const { code, stdout, stderr } = await runMain(args, { cwd: folder })
    const all = await predicted(['iris', 'new.csv'])
    expect({ code, lines: stdout.split('\n').slice(1) }).toEqual({
      code: 0,
      lines: [`5.1,${all[1]}`, 'x,,,,', `6.3,${all[101]}`, ',,,,', ''],
    })
    expect(stderr).toContain(
      '2 of 4 rows have no answer; the first is row 2: column "sepal_length": found "x", must be a number\n',
    )
  })

  test.each<[string, string[], string]>([
    ['a missing column', ['iris', 'several.csv'], 'several.csv: there is no column "petal_length"'],
    ['a kept column that is not there', ['iris', 'new.csv', '--keep', 'speceis'], 'there is no column "speceis"'],
    ['no file', ['iris', 'nothing.csv'], 'nothing.csv'],
    [
      'an unknown layer',
      ['digits', 'mnist-10k', '--output', 'hiden'],
      'The model has no output and no layer "hiden"; did you mean hidden?',
    ],
    ['an array on standard output', ['iris', 'new.csv', '--format', 'npy'], '--format npy: an array needs a file'],
    ['an unknown ending', ['iris', 'new.csv', '--out', 'a.txt'], '--out: found "a.txt", must end in .csv'],
    ['its own input as output', ['iris', 'new.csv', '--out', 'new.csv'], 'would overwrite the data'],
    [
      'the preparation as output',
      ['iris', 'new.csv', '--out', 'iris/preparation.json', '--format', 'csv'],
      'would overwrite',
    ],
    ['a named array as output', ['iris', 'x=new.csv', '--out', 'new.csv'], 'would overwrite the data'],
    ['an array on a device', ['iris', 'new.csv', '--out', '/dev/null', '--format', 'npy'], 'not a device or a pipe'],
    ['an array with columns', ['iris', 'iris.csv', '--out', 'a.npy', '--keep', 'species'], '--keep: an array of NumPy'],
    [
      'a column with the name of an answer',
      ['iris', 'answered.csv', '--keep', 'predicted_species'],
      'Column "predicted_species" cannot be kept',
    ],
    ['a stream and a file', ['iris', '-', 'new.csv'], 'standard input cannot be read together with files'],
    ['no run', ['nowhere', 'new.csv'], 'nowhere is not the folder of a run: no such folder'],
    ['windows through a pipe', ['forecast', '-'], 'a sample is made of several rows: name a file'],
    [
      'a set that the model does not fit',
      ['digits', 'digits'],
      'digits has samples of shape (8, 8), must have (28, 28)',
    ],
  ])('%s', async (_, args, words) => {
    const { code, stdout, stderr } = await runMain(['predict', ...args, '--engine', 'onnx'], { cwd: folder })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(words)
    expect(stderr).not.toContain('    at ')
  })
})
