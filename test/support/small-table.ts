/** A small table of two classes, and a spec that trains on it. */

const SPEC = {
  data: { source: 'rows.csv', target: 'y' },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'crossentropy',
  metrics: ['acc'],
  fit: { epochs: 3, validation_split: 0.2 },
}

const rows = Array.from({ length: 60 }, (_, index) => `${index},${index % 7},${index % 2 ? 'no' : 'yes'}`)

/** Files of a folder in which `train own.json` trains. */
export const SMALL_FILES = { 'own.json': JSON.stringify(SPEC), 'rows.csv': `a,b,y\n${rows.join('\n')}\n` }
