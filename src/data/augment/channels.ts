/** The channels that augmentations of colours take. */
import { StepProblem } from '../steps/problem.js'
import type { PictureShape } from './augmentation.js'

/** The `shape` of a layer that keeps shapes and takes pictures of so many channels. Throws a StepProblem for others. */
export const taking =
  (layer: string, ...allowed: readonly number[]) =>
  (given: PictureShape): PictureShape => {
    if (allowed.includes(given[2])) return given
    const found = given[2] === 1 ? '1 channel' : `${given[2]} channels`
    throw new StepProblem(`found pictures of ${found}, but "${layer}" takes ${allowed.join(' or ')}`)
  }
