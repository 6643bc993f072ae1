/** docs/tutorial.md shows what its commands do. */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runShell, temporaryFolder } from '../support/command.js'
import { tutorialBlocks, tutorialCommands } from '../support/tutorial.js'

/** No library of TensorFlow is there. */
const ENGINE_ONNX = { TRAINSPEC_TENSORFLOW: '/none' }

test('the commands of the tutorial print what it says', async () => {
  const cwd = temporaryFolder()
  copyFileSync(join(import.meta.dirname, '../../specs/data/iris.csv'), join(cwd, 'iris.csv'))
  const printed: string[] = []
  for (const command of tutorialCommands()) {
    const { code, stdout, stderr } = await runShell(command.replace(/^train /, '$train '), { cwd, env: ENGINE_ONNX })
    expect({ command, code }).toEqual({ command, code: 0 })
    printed.push(stderr, stdout)
  }
  const all = comparable(printed.join('\n'))
  // one block is the file, and one has the drawing of --term
  const blocks = tutorialBlocks('').filter((text) => !/^sepal|^loss/.test(text))
  for (const block of blocks) expect(all).toContain(comparable(block))
  expect([readFileSync(join(cwd, 'iris.json'), 'utf8')]).toEqual(tutorialBlocks('jsonc'))
})

/** Without numbers, which depend on the processor. */
const comparable = (text: string): string => text.replace(/\d+(\.\d+)?(e-?\d+)?/g, '#')
