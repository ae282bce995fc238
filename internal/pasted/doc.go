// Package pasted judges what people paste: the output of setspn and klist, in
// whatever language Windows speaks. It goes by the shape of names alone, never
// by words.
package pasted
