/** Engines by their name in a spec and on the command line; each is loaded only when it is asked for. */
import type { EngineName } from '../spec/spec.js'
import type { Engine } from './engine.js'

const ENGINES: { readonly [Name in Exclude<EngineName, 'auto'>]: () => Promise<Engine> } = {
  onnx: async () => (await import('./compiled/onnx/engine.js')).onnxEngine,
  tensorflow: async () => (await import('./compiled/tensorflow/engine.js')).openTensorflow(),
  eager: async () => (await import('./eager/engine.js')).eagerEngine,
}

/** `auto` is `onnx`, or `eager` with a note that says why where ONNX Runtime cannot be loaded. */
export async function openEngine(name: EngineName): Promise<{ engine: Engine; note?: string }> {
  if (name !== 'auto') return { engine: await ENGINES[name]() }
  try {
    return { engine: await ENGINES.onnx() }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return {
      engine: await ENGINES.eager(),
      note: `Using engine eager, which is slow: engine onnx cannot be loaded here (${reason}).`,
    }
  }
}
