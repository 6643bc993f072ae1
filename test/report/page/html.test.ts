/** HTML in which a text cannot be markup. */
import { expect, test } from 'vitest'
import { Html, html, jsonIn } from '../../../src/report/page/html.js'

test('values are escaped, HTML is not, lists are joined, null is nothing', () => {
  const inner = html`<b>${'<&>"\''}</b>`
  expect(html`<p title="${'"'}">${inner}${[html`<i>`, 'a<']}${null}${1.5}${new Html('<hr>')}</p>`.text).toBe(
    '<p title="&quot;"><b>&lt;&amp;&gt;&quot;&#39;</b><i>a&lt;1.5<hr></p>',
  )
})

test('lines stay, other control characters are visible', () => {
  expect(html`${'a\nb\u0007\u202e'}`.text).toBe('a\nb\\u0007\\u202e')
})

test('JSON cannot end its script element', () => {
  const { text } = jsonIn({ a: '</script><!--' })
  expect(text).not.toContain('<')
  expect(JSON.parse(text)).toEqual({ a: '</script><!--' })
})
