/** `--mlflow` with a server that fails. A real server is in test/slow/mlflow.test.ts. */
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { runCommand, temporaryFolder } from '../support/command.js'

/** The address of a server that gives one answer to everything. */
function serverWith(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body))
  onTestFinished(() => void server.close())
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`))
  })
}

test.each([
  ['does not answer', async () => 'http://127.0.0.1:9', 'it does not answer'],
  ['refuses', () => serverWith(401, 'no\nentry'), 'it refuses with 401: no entry'],
  ['is another', () => serverWith(200, '<html>'), 'its answer is not JSON; is it a server of MLflow?'],
  ['knows no runs', () => serverWith(200, '{}'), 'its answer has no id; is it a server of MLflow?'],
])('a server that %s: one warning, and the run is whole', async (_, server, words) => {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(BARS_AND_STRIPES) })
  const { code, stderr } = await runCommand(['spec.json', '--out', 'out', '--mlflow', await server()], { cwd })
  expect(code, stderr).toBe(0)
  expect(stderr.match(/^Warning: The run on .*$/gm)).toHaveLength(1)
  expect(stderr).toContain(`is incomplete: ${words}`)
  expect(readdirSync(join(cwd, 'out'))).toContain('history.json')
})

test('an address that is none is refused before work', async () => {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(BARS_AND_STRIPES) })
  const { code, stderr } = await runCommand(['spec.json', '--mlflow', 'file:///x'], { cwd })
  expect(code).toBe(2)
  expect(stderr).toContain('--mlflow: found "file:///x", must be the address of a server')
  expect(readdirSync(cwd)).toEqual(['spec.json'])
})
