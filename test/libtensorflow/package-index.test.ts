/** Which package index is asked without pip. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { indexOf } from '../../src/libtensorflow/package-index.js'
import { temporaryFolder } from '../support/command.js'

describe('the index', () => {
  test('is PyPI where nothing is set', () => expect(indexOf({}, [])).toBe('https://pypi.org/simple'))

  test.each(['PIP_INDEX_URL', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL'])('is that of %s', (name) => {
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

  test("of the environment counts before that of pip's settings", () => {
    const folder = temporaryFolder({ 'pip.conf': '[global]\nindex-url = https://a.example/simple\n' })
    expect(indexOf({ PIP_INDEX_URL: 'https://b.example' }, [join(folder, 'pip.conf')])).toBe('https://b.example')
    const { VIRTUAL_ENV } = { VIRTUAL_ENV: folder }
    expect(indexOf({ VIRTUAL_ENV, PIP_CONFIG_FILE: '' })).toBe('https://a.example/simple')
    expect(indexOf({ VIRTUAL_ENV, PIP_CONFIG_FILE: '/dev/null' })).toBe('https://pypi.org/simple')
  })
})
