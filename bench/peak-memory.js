// Loaded before a command (node --import). At the end, prints the peak memory of the process to stdout.
process.on('exit', () => process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1000)}\n`))
