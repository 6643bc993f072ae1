/** Finds a free port for TensorFlow's server, which listens on every address of a host. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** The port is free when this resolves; another program may take it before it is used. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
