/** `train serve RUN`: answers requests for a trained model. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openModel } from '../run/open-model.js'
import { ownVersion } from '../run/versions.js'
import { openApi } from '../serve/openapi.js'
import { openServer } from '../serve/server.js'
import { openService } from '../serve/service.js'
import { RUN_FILES } from '../spec/run-files.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { engineFor } from './prepare.js'
import { withSpinner } from './spinner.js'

export interface ServeOptions extends Omit<OverrideOptions, 'set'> {
  readonly host: string
  readonly port: number | undefined
  readonly output: string | undefined
  readonly 'max-rows': number | undefined
  readonly 'max-body': number | undefined
}

export const DEFAULTS = { port: 8080, rows: 10_000, megabytes: 8 } as const

export async function serveRun(directory: string, options: ServeOptions, io: Io): Promise<ExitCode> {
  const trained = await openModel(directory, overridesOf({ ...options, set: [] }))
  const spec = await readFile(join(directory, RUN_FILES.spec), 'utf8')
  return interruptible(io, async (signal, interrupt) => {
    const engine = await engineFor(trained, { quiet: false, logs: false }, io)
    const warn = (text: string) => say(io, `Warning: ${text}`)
    const service = await withSpinner(`Compiling for ${engine.name}`, io, () =>
      openService({ trained, engine, output: options.output, warn }),
    )
    try {
      signal.throwIfAborted()
      const limits = {
        rows: options['max-rows'] ?? DEFAULTS.rows,
        body: (options['max-body'] ?? DEFAULTS.megabytes) * 1e6,
      }
      const version = ownVersion()
      const health = { status: 'ok', model: directory, engine: engine.name, device: engine.device, version }
      const server = openServer({
        service,
        data: trained.spec.data,
        documents: {
          '/health': `${JSON.stringify(health)}\n`,
          '/spec': spec,
          '/openapi.json': `${JSON.stringify(openApi({ name: directory, version, service, limits }), null, 2)}\n`,
        },
        limits,
        say: (line) => say(io, line),
        failed: (error) => io.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
      })
      const address = await server.listen(options.port ?? DEFAULTS.port, options.host)
      if (!service.areExact) say(io, NOT_EXACT)
      say(io, `Serving ${directory} at ${address}; its paths: /predict, /health, /spec, /openapi.json.`)
      interrupt.begin('answering', 'Stopped at once.')
      if (!signal.aborted) await once(signal, 'abort')
      await server.stop()
      say(io, 'Stopped; every request was answered.')
      return EXIT.done
    } finally {
      await service.dispose()
    }
  })
}

const NOT_EXACT =
  'Small batches round differently on this engine than those of train predict: answers may differ in the last bits.'
