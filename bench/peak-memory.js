// Loaded before a command (node --import). At the end, prints the peak memory of the process to stdout, in megabytes.
import { peakMemory } from '../dist/base/peak-memory.js'

process.on('exit', () => process.stdout.write(`${Math.round(peakMemory() / 1e6)}\n`))
