// Bundles the gradients of tfjs-core. Its build for Node leaves them out, and Node cannot import the module that has them.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { rolldown } from 'rolldown'

const CORE = '@tensorflow/tfjs-core'
const core = dirname(createRequire(import.meta.url).resolve(`${CORE}/package.json`))

const NOTICE = `/*!
 * Gradients of @tensorflow/tfjs-core ${tf.version_core}, bundled. Copyright 2017 to 2022 Google LLC. All Rights Reserved.
 * Licensed under the Apache License, Version 2.0: licences/tfjs-core/LICENSE.
 */
`

/** Source of a CommonJS module that registers the gradients with the tfjs-core that it requires. */
export async function bundledGradients() {
  const input = join(core, 'dist/register_all_gradients.js')
  const bundle = await rolldown({ input, external: [CORE], plugins: [{ name: 'one-core', load }] })
  const { output } = await bundle.generate({ format: 'cjs', minify: true, comments: false })
  return NOTICE + output[0].code
}

/** Operations, kernels and the engine are those that tfjs-core exports; only what it keeps to itself is bundled. */
function load(id) {
  const module = relative(join(core, 'dist'), id)
  if (module === 'engine.js') return `import { engine } from '${CORE}'\nexport const ENGINE = engine()`
  if (!/^(kernel_names|kernel_registry|environment|globals|ops[/\\]\w+)\.js$/.test(module)) return null
  const names = namesIn(readFileSync(id, 'utf8')).filter((name) => name in tf)
  return names.length > 0 ? `export { ${names.join(', ')} } from '${CORE}'` : null
}

/** `export const mul = op({ mul_ })`, `export { fill }` */
const namesIn = (code) =>
  Array.from(code.matchAll(/^export (?:(?:async )?function|const|let|class|var|\{) (\w+)/gm), ([, name]) => name)
