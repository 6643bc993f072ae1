/** The page of a run, without a browser; test/slow/report-page.test.ts opens it in one. */
import { expect, test } from 'vitest'
import { runPage } from '../../../src/report/page/run-page.js'
import type { RunPage } from '../../../src/report/page/section.js'
import { answersOf } from '../plots/answers.js'
import { falling, historyOf } from '../plots/histories.js'

const pageOf = (changes: Partial<RunPage>) =>
  runPage({
    ...{ label: 'runs/run/1', history: historyOf(falling(3)), spec: '{"seed": 1}', model: null, form: null },
    ...{ outputs: [], pictures: [] },
    ...changes,
  })

const titles = (page: string) => Array.from(page.matchAll(/<h2 id="[^"]*">([^<]*)</g), ([, title]) => title)

test('a page has a section for what a run has, and no other', async () => {
  expect(titles(await pageOf({}))).toEqual(['Measures', 'Learning curves', 'Data', 'Environment', 'Spec'])
  const history = historyOf(falling(3), {
    expectations: [{ key: 'val_acc', bound: 'min', value: 0.9, at: 'best', found: 0.95, passed: true }],
    warnings: [{ code: 'x', pointer: '/data', message: 'odd' }],
    stop: { reason: 'diverged', epoch: 3, step: 2, tensor: 'loss' },
  })
  const answers = answersOf(
    'classes',
    ['cat', 'dog'],
    [
      [0.9, 0.1],
      [0.8, 0.2],
    ],
    [0, 1],
  )
  const picture = { height: 1, width: 1, channels: 1, data: Uint8Array.of(0) } as const
  const mistakes = [{ row: 2, right: 'dog', given: 'cat', detail: '0.8 against 0.2', picture }]
  const layers = [
    { name: 'dense', type: 'Dense', parameters: 10, calls: [{ name: 'dense', inputs: ['data'], output_shape: [2] }] },
  ]
  const page = await pageOf({
    history,
    model: { layers, parameters: { total: 10, trainable: 10, non_trainable: 0 } },
    outputs: [{ answers, mistakes }],
    pictures: [{ name: 'weight-histogram.png', png: Uint8Array.of(1) }],
  })
  expect(titles(page)).toEqual([
    ...['Measures', 'Expectations', 'Learning curves', 'Test rows', 'Worst mistakes', 'Pictures', 'Model', 'Data'],
    ...['Environment', 'Warnings', 'Spec'],
  ])
  for (const words of [
    'Training diverged in epoch 3, at step 2: loss had NaN or infinity.',
    'The expectation was met.',
    'at least 0.9 at the best epoch',
    'dog taken for cat: 1 row',
    '<strong>cat</strong>, is dog',
    'alt="weight histogram" src="data:image/png;base64,AQ=="',
    '(None, 2)',
  ]) {
    expect(page).toContain(words)
  }
})

test('a page loads nothing', async () => {
  const page = await pageOf({})
  expect(page).toMatch(/content="default-src &#39;none&#39;; /)
  expect(page.match(/<(link|iframe|object|embed|base)\b/)).toBeNull()
  expect(page.match(/\s(src|href)="(?!data:|#)[^"]*"/g)).toBeNull()
})

test('names are not markup, wherever they stand', async () => {
  const evil = '</script><img src=x onerror=alert(1)>'
  const history = historyOf({ [evil]: [1, 2] }, { name: evil, versions: { [evil]: evil } })
  const page = await pageOf({ label: evil, history, spec: evil })
  expect(page).not.toContain('<img')
  expect(page.match(/<\/script>/g)).toHaveLength(2)
})
