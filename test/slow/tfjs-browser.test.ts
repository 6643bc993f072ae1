/** A browser opens the exported files of TensorFlow.js, and gives what our engine gives. */
import { beforeAll, describe, expect, test } from 'vitest'
import { askBrowser, type BrowserAnswer, chromium } from '../support/browser.js'
import { exportedTfjs, REFUSED } from '../support/exported-tfjs.js'
import { expectOutputs, type Predicting } from '../support/predictions.js'
import { specs } from '../support/specs.js'

describe.skipIf(chromium === undefined)('in headless Chromium', () => {
  const exported = new Map<string, Predicting>()
  let answers: ReadonlyMap<string, BrowserAnswer>
  beforeAll(async () => {
    const jobs = []
    for (const name of specs) {
      const one = await exportedTfjs(name)
      if (typeof one === 'string') expect(one).toMatch(REFUSED)
      else {
        exported.set(name, one)
        jobs.push({ name, ...one })
      }
    }
    answers = await askBrowser(jobs)
  })

  test.each(specs)('%s', (name) => {
    const one = exported.get(name)
    if (one === undefined) return
    const { error, outputs } = answers.get(name)!
    expect(error).toBeUndefined()
    expectOutputs(one, outputs)
  })
})
