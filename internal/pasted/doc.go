// Package pasted judges what people paste: the output of setspn, klist, sc, reg,
// PowerShell and others, in whatever language Windows speaks. It goes by the
// shape of names and numbers, and by the lines that our commands print around
// what they find, never by words.
package pasted
