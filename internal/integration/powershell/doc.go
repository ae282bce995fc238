// Package powershell holds the PowerShell that we ask people to run against a
// grammar that other people wrote: it has to parse without an error, and to
// call nothing that could change a machine.
//
// The collection script is also run. There is no Windows PowerShell outside of
// Windows, so what runs it is an evaluator of ours (testdata/evaluator, in C#): it
// takes the tree that the grammar makes and runs it over the class library of
// Mono. Sockets, TLS, certificates, XML, regular expressions, hashes, the
// registry's class and files are Mono's own, and the servers are real ones on
// loopback; a small library (testdata/windows) gives names their addresses. The
// services, event logs, accounts and the like of Windows are a description, and so
// are the objects that the cmdlets return.
//
// This shows that the script says what we mean by our reading of the language, as
// its documentation has it, and that it finds the same as the program does. It does
// not show that Windows PowerShell reads it so, that .NET Framework behaves as Mono
// does, nor that a cmdlet of Windows returns what is described: the evaluator is not
// Windows. What it does not know stops it with "unsupported", so that nothing is
// passed over; a table of small scripts with the output that is documented holds its
// own reading to account.
package powershell
