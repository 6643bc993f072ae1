/** Registers the gradients of tfjs' operations, which the build of tfjs-core for Node leaves out (scripts/gradients.js). */
import { createRequire } from 'node:module'

createRequire(import.meta.url)('../../generated/gradients.cjs')
