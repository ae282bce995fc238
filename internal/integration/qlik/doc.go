// Package qlik holds tests of the Qlik side alone: real boxes between the
// program and the lab, and other people's clients of Qlik Sense.
package qlik
