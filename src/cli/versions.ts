/** Versions of what computes, for the history of a run. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const ENGINE_PACKAGES: Readonly<Record<string, string>> = {
  onnx: 'onnxruntime-node',
  eager: '@tensorflow/tfjs-backend-cpu',
}

const require = createRequire(import.meta.url)
const versionIn = (file: string | URL): string => JSON.parse(readFileSync(file, 'utf8')).version

/** Of trainspec, as `train --version` prints it. */
export const ownVersion = (): string => versionIn(new URL('../../package.json', import.meta.url))

export function versions(engine: string): Record<string, string> {
  const packages = ['@tensorflow/tfjs-core', ENGINE_PACKAGES[engine]].filter((name) => name !== undefined)
  return {
    trainspec: ownVersion(),
    node: process.versions.node,
    ...Object.fromEntries(packages.map((name) => [name, versionIn(require.resolve(`${name}/package.json`))])),
  }
}
