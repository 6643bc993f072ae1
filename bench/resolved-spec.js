/** node bench/resolved-spec.js SPEC: the spec with every default in its place, as JSON, for peers that are not ours. */
import { requireSpec } from '../dist/cli/read-spec.js'

const [path = '-'] = process.argv.slice(2)
process.stdout.write(`${JSON.stringify(await requireSpec(path, [], process.stdin))}\n`)
