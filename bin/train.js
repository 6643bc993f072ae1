#!/usr/bin/env node
// Checks the version of Node, then starts. Old versions parse this file too, so it uses only syntax that they know.
const [major, minor] = process.versions.node.split('.').map(Number)

const fail = (code, line) => {
  process.stderr.write(`${line}\n`)
  process.exitCode = code
}

if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) {
  import('./start.js')
    .then(({ start }) => start(fail))
    .catch(({ code, message }) => {
      if (code !== 'EMFILE' && code !== 'ENFILE') return fail(70, `trainspec cannot start: ${message}.`)
      fail(2, 'trainspec cannot start: too many files are open. Raise the limit, for example with `ulimit -n 1024`.')
    })
} else {
  fail(
    2,
    `trainspec needs Node 20.19, 22.12 or newer, but this is Node ${process.versions.node}. Get a newer one from https://nodejs.org.`,
  )
}
