// Loaded before a command (node --import): says on stdout, at the end, how much memory the process took at most.
process.on('exit', () => process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1000)}\n`))
