/** tfjs' backend in plain JavaScript: slow, but simple and well tested. */
import '@tensorflow/tfjs-backend-cpu'
import { packageVersion } from '../../base/package-version.js'
import type { Engine } from '../engine.js'
import { eagerEngine } from './engine.js'

const PACKAGE = '@tensorflow/tfjs-backend-cpu'

export const openCpu = (): Engine =>
  eagerEngine({ name: 'cpu', device: 'cpu', versions: { [PACKAGE]: packageVersion(PACKAGE) } })
