package credentials

// nonBlocking is nothing where there are no FIFOs.
const nonBlocking = 0
