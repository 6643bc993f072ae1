/** docs/tutorial.md: its commands that train and use a model, what they print, and the spec. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const text = readFileSync(join(import.meta.dirname, '../../docs/tutorial.md'), 'utf8')

/** The blocks of a language; '' for those of none. */
export const tutorialBlocks = (language: string): string[] =>
  Array.from(text.matchAll(/^```(\w*)\n(.*?)^```$/gms)).flatMap(([, is, block]) => (is === language ? [block!] : []))

/** In their order, as they stand there. */
export const tutorialCommands = (): string[] =>
  tutorialBlocks('sh')
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('train '))
