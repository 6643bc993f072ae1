/** The examples of docs/serve.md do what it says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { served } from '../support/server.js'

const ROOT = join(import.meta.dirname, '../..')
const text = readFileSync(join(ROOT, 'docs/serve.md'), 'utf8')

/** A request of curl, and the JSON document that the docs show after it. */
const examples = Array.from(
  text.matchAll(/```sh\ncurl (?<words>[^`]+)\n```(?:(?:(?!```)[\s\S])*```json\n(?<shown>[^`]+)```)?/g),
  ({ groups }) => groups as { readonly words: string; readonly shown?: string },
)

function requestOf(words: string) {
  const headers = Array.from(words.matchAll(/-H '([^:]+): ([^']+)'/g), ([, name, value]) => [name!, value!] as const)
  const path = /http:\/\/127\.0\.0\.1:8080(\S+)$/.exec(words)![1]!
  const file = /--data-binary @(\S+)/.exec(words)?.[1]
  const body = file === undefined ? /-d '([^']+)'/.exec(words)![1]! : readFileSync(join(ROOT, file), 'utf8')
  return { path, init: { method: 'POST', headers: Object.fromEntries(headers), body } }
}

/** Numbers with so many digits as engines have in common. */
const rounded = (document: unknown): unknown =>
  JSON.parse(JSON.stringify(document), (_, value) => (typeof value === 'number' ? Math.round(10 * value) / 10 : value))

test('the requests and their answers', async () => {
  expect(examples).toHaveLength(3)
  const cwd = temporaryFolder()
  const { code, stderr } = await runCommand([join(ROOT, 'specs/iris.json'), '--out', 'runs/iris'], { cwd })
  expect(code, stderr).toBe(0)
  const server = await served(['runs/iris'], cwd)
  const [line] = /Serving runs.*/.exec(text)!
  expect(server.stderr()).toContain(line.replace('http://127.0.0.1:8080', server.url))
  for (const { words, shown } of examples) {
    const { path, init } = requestOf(words)
    const response = await fetch(`${server.url}${path}`, init)
    if (shown === undefined) expect((await response.text()).trimEnd().split('\n')).toHaveLength(151)
    else expect(rounded(await response.json())).toEqual(rounded(JSON.parse(shown)))
  }
})
