// Package wine holds the collector to what a Windows machine shows: the Windows
// program runs under Wine, where services, registry values and files are real
// enough to be made, stopped, written and cleared.
package wine
