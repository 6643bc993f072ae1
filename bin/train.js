#!/usr/bin/env node
// Looks at the version of Node, then starts. Old versions read this file too: no syntax here that they do not know.
const [major, minor] = process.versions.node.split('.').map(Number)

const fail = (code, line) => {
  process.stderr.write(`${line}\n`)
  process.exitCode = code
}

if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) {
  import('./start.js').then(
    ({ start }) => start(fail),
    ({ message }) => fail(70, `trainspec cannot start: ${message}.`),
  )
} else {
  fail(
    2,
    `trainspec needs Node 20.19, 22.12 or newer, and this is Node ${process.versions.node}: https://nodejs.org has them.`,
  )
}
