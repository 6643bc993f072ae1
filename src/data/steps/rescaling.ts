/** `Rescaling` (keras/src/layers/preprocessing/rescaling.py). */
import type { StepOf } from '../../spec/steps.js'
import { alongLastAxis, mapping } from './numbers.js'

export const rescaling = ({ scale, offset }: Pick<StepOf<'Rescaling'>, 'scale' | 'offset'>) =>
  mapping((given) => {
    const [factor, added] = [alongLastAxis(scale, given, 'scale'), alongLastAxis(offset, given, 'offset')]
    return (value, element) => value * factor(element) + added(element)
  })
