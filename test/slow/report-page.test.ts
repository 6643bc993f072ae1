/** The page of a run in a real browser: no error, no request, no serious finding of axe, by phone, in the dark, by keyboard. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runPage } from '../../src/report/page/run-page.js'
import { answersOf } from '../report/plots/answers.js'
import { falling, historyOf } from '../report/plots/histories.js'
import { chromium } from '../support/browser.js'
import { runCommand, temporaryFolder } from '../support/command.js'
import { type Page, withPage } from '../support/page.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const LOOKS = [
  { name: 'desktop', width: 1200, height: 900, theme: 'light' },
  { name: 'phone in the dark', width: 375, height: 700, theme: 'dark' },
] as const

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** Looks at a page in every way. Pictures go to the folder that TRAINSPEC_PAGES names, to be looked at. */
async function expectReadable(name: string, page: Page): Promise<void> {
  for (const look of LOOKS) {
    await page.look(look)
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true })`)
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))')
    await page.evaluate(`${AXE};0`)
    const found = await page.evaluate<readonly Finding[]>('axe.run().then(({ violations }) => violations)')
    const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(
      serious.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.failureSummary + node.html)]),
    ).toEqual([])
    // nothing but tables and texts that scroll within themselves is wider than the screen
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.width)
    const folder = process.env.TRAINSPEC_PAGES
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = false })`)
    if (folder) writeFileSync(join(folder, `${name}, ${look.name}.png`), await page.picture())
  }
  expect(page.problems).toEqual([])
}

describe.skipIf(!chromium)('the page of a run (CHROMIUM: scripts/headless-chromium.sh)', () => {
  test('of a real run can be read on a phone, in the dark, and its curves by keyboard', async () => {
    const cwd = temporaryFolder({})
    const set = ['--set', 'fit.epochs=3', '--set', 'fit.validation_split=0.1', '--engine', 'onnx', '-v', '0']
    const trained = await runCommand(['specs/mnist-10k.json', '--out', `${cwd}/run`, ...set])
    expect(trained.code).toBeLessThan(2)
    expect(await runCommand(['report', 'run'], { cwd })).toMatchObject({ code: 0 })
    await withPage(join(cwd, 'run/report.html'), async (page) => {
      await expectReadable('mnist', page)
      await page.look(LOOKS[0])
      const status = () => page.evaluate<string>(`document.querySelector('#chart-0 [role=status]').textContent`)
      const range = () => page.evaluate<string>(`document.querySelector('#chart-0 .u-legend').innerText`)
      await page.evaluate(`document.querySelector('#chart-0 .canvas').focus()`)
      await page.press('ArrowRight')
      expect(await status()).toMatch(/^epoch 1: training [\d.]+, validation [\d.]+$/)
      await page.press('End')
      expect(await status()).toMatch(/^epoch 3: /)
      await page.press('+')
      await page.press('Escape')
      expect(await range()).toContain('training')
      expect(await page.evaluate(`document.querySelectorAll('.chart canvas').length`)).toBeGreaterThan(2)
      expect(page.problems).toEqual([])
    })
  })

  test.each([
    ['one epoch', falling(1)],
    ['a thousand epochs', falling(1000, 200)],
    ['NaN in the middle', { loss: [2, null, 1, null], val_loss: [null, null, null, null] }],
  ])('%s', async (name, metrics) => {
    const hostile = `</script><img src=x onerror=alert(1)>${'long'.repeat(16)}`
    const history = historyOf(metrics, {
      ...{ name: hostile, test: { loss: null }, versions: { trainspec: '0.1.0' } },
      expectations: [{ key: 'val_acc', bound: 'min', value: 0.9, at: 'best', found: null, passed: false }],
      warnings: [{ code: 'x', pointer: '/data', message: `<b>${hostile}` }],
    })
    const answers = answersOf(
      'classes',
      [hostile, 'b'],
      [
        [0.8, 0.2],
        [0.9, 0.1],
      ],
      [0, 1],
    )
    const file = join(temporaryFolder({}), 'page.html')
    const mistakes = [{ row: 2, right: 'b', given: hostile, detail: '0.9 against 0.1', picture: null }]
    const outputs = [{ answers, mistakes }]
    writeFileSync(
      file,
      await runPage({ label: hostile, history, spec: hostile, model: null, form: null, outputs, pictures: [] }),
    )
    await withPage(file, (page) => expectReadable(name, page))
  })
})
