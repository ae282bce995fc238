// Package powershell holds the PowerShell that we ask people to run against a
// grammar that other people wrote: it has to parse without an error, and to
// call nothing that could change a machine.
package powershell
