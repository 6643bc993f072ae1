/** The package index, if pip is not used. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { findWheel, indexOf } from '../../src/libtensorflow/package-index.js'
import { temporaryFolder } from '../support/command.js'
import { indexThat, tensorflowWheel } from '../support/package-index.js'

describe('the index', () => {
  test('is PyPI by default', () => expect(indexOf({}, [])).toBe('https://pypi.org/simple'))

  test.each(['PIP_INDEX_URL', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL'])('is taken from %s', (name) => {
    expect(indexOf({ [name]: 'https://example.org/simple/' }, [])).toBe('https://example.org/simple')
  })

  test.each([
    ['[global]\nindex-url = https://a.example/simple\n', 'https://a.example/simple'],
    ['[global]\nindex_url: https://a.example/simple\n[download]\nindex-url=https://b.example/s', 'https://b.example/s'],
    ['# index-url = https://a.example\n[install]\nindex-url = https://a.example\n', 'https://pypi.org/simple'],
    ['[global]\nextra-index-url = https://a.example/simple\n', 'https://pypi.org/simple'],
  ])("is that of pip's settings: %j", (text, url) => {
    const folder = temporaryFolder({ 'pip.conf': text })
    expect(indexOf({}, [join(folder, 'none.conf'), join(folder, 'pip.conf')])).toBe(url)
  })

  test("the environment has priority over pip's settings", () => {
    const folder = temporaryFolder({ 'pip.conf': '[global]\nindex-url = https://a.example/simple\n' })
    expect(indexOf({ PIP_INDEX_URL: 'https://b.example' }, [join(folder, 'pip.conf')])).toBe('https://b.example')
    const { VIRTUAL_ENV } = { VIRTUAL_ENV: folder }
    expect(indexOf({ VIRTUAL_ENV, PIP_CONFIG_FILE: '' })).toBe('https://a.example/simple')
    expect(indexOf({ VIRTUAL_ENV, PIP_CONFIG_FILE: '/dev/null' })).toBe('https://pypi.org/simple')
  })
})

/** Asks an index for a wheel; what it was told of waiting, and how that ended. */
async function ask(index: string, stallMs = 10_000) {
  const said: string[] = []
  const signal = new AbortController().signal
  const listener = { say: (line: string) => void said.push(line) }
  const options = { env: {}, signal, listener, stallMs }
  const found = await findWheel(index, tensorflowWheel().wheel, options).catch((error) => error)
  return { said, found }
}

describe('a message says that an index', () => {
  test('does not answer', async () => {
    const { found } = await ask(await indexThat(() => {}), 50)
    expect(found).toBeInstanceOf(UserError)
    expect(found.message).toMatch(/^The package index .* cannot be reached: the server sent nothing for too long\.$/)
  })

  test('starts an answer and stops', async () => {
    const { found } = await ask(await indexThat((_, response) => void response.writeHead(200).write('<')), 50)
    expect(found.message).toMatch(/sent nothing for too long\.$/)
  })

  test('sends slowly, without an end', async () => {
    const drip = await indexThat((_, response) => {
      const drop = () => void response.write(' ', () => setTimeout(drop, 10))
      drop()
    })
    expect((await ask(drip, 100)).found.message).toMatch(/sent nothing for too long\.$/)
  })

  test('sends fast, without an end', async () => {
    const part = Buffer.alloc(2 ** 22)
    const flood = await indexThat((_, response) => {
      const more = () => void response.write(part, (error) => error ?? more())
      more()
    })
    expect((await ask(flood)).found.message).toMatch(/^The package index .* sent a page of more than 67\.1 MB\.$/)
  })

  test('has an invalid address', async () => {
    const { wheel } = tensorflowWheel()
    const files = [{ filename: wheel.file, url: 'http://[', hashes: {} }]
    const index = await indexThat((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ files }))
    })
    expect((await ask(index)).found.message).toMatch(/^The package index .* has no valid address of .*\.$/)
  })
})

test('after some seconds a message says what it waits for', async () => {
  let answer = () => {}
  const index = await indexThat((_, response) => {
    answer = () => void response.writeHead(404).end()
  })
  const said = await new Promise<string>((say) => {
    const options = { env: {}, signal: new AbortController().signal, listener: { say } }
    findWheel(index.replace('//', '//me:s3cr3t@'), tensorflowWheel().wheel, options).catch(() => {})
  })
  answer()
  expect(said).toBe(`Waiting for the package index ${index}.`)
})

test.each([
  ['%zz', 'u:%zz'],
  ['p%40ss%', 'u:p@ss%'],
])('a password %s goes to its server as pip sends it', async (written, meant) => {
  let authorization: string | undefined
  const index = await indexThat((request, response) => {
    authorization = request.headers.authorization
    response.writeHead(404).end()
  })
  const { found } = await ask(index.replace('//', `//u:${written}@`))
  expect(found.message).toBe(`The package index has no ${index}/tensorflow-cpu/: the server answered 404.`)
  expect(Buffer.from(authorization!.replace('Basic ', ''), 'base64').toString()).toBe(meant)
})

test('a settings file of pip that is not a file is not read', async () => {
  const device = process.platform === 'win32' ? 'nul' : '/dev/zero'
  expect(indexOf({}, [device, temporaryFolder()])).toBe('https://pypi.org/simple')
})
