package wire

import (
	"fmt"
	"io"
)

// Identifiers of the elements that an entry is made of.
const (
	idSequence = 0x30
	idSet      = 0x31
	idInteger  = 0x02
	idOctets   = 0x04
	idEntry    = 0x64 // application 4
)

// WriteTo sends the entry. Entries are what a directory sends most of, so they
// are encoded in one piece of memory.
func (e Entry) WriteTo(w io.Writer) (int64, error) {
	attributes := 0
	for _, a := range e.Attributes {
		attributes += sized(sized(len(a.Name)) + sized(valuesSize(a)))
	}
	op := sized(len(e.DN)) + sized(attributes)
	id := integerBytes(e.ID)
	whole := sized(len(id)) + sized(op)
	b := make([]byte, 0, sized(whole))
	b = header(b, idSequence, whole)
	b = append(header(b, idInteger, len(id)), id...)
	b = header(b, idEntry, op)
	b = octetString(b, e.DN)
	b = header(b, idSequence, attributes)
	for _, a := range e.Attributes {
		values := valuesSize(a)
		b = header(b, idSequence, sized(len(a.Name))+sized(values))
		b = octetString(b, a.Name)
		b = header(b, idSet, values)
		for _, v := range a.Values {
			b = octetString(b, v)
		}
	}
	n, err := w.Write(b)
	if err != nil {
		return int64(n), fmt.Errorf("sending an entry: %w", err)
	}
	return int64(n), nil
}

func valuesSize(a Attribute) int {
	n := 0
	for _, v := range a.Values {
		n += sized(len(v))
	}
	return n
}

// sized is how many bytes an element with that much in it takes.
func sized(content int) int {
	n := 2 + content
	if content >= 0x80 {
		for rest := content; rest > 0; rest >>= 8 {
			n++
		}
	}
	return n
}

func header(b []byte, id byte, content int) []byte {
	if content < 0x80 {
		return append(b, id, byte(content))
	}
	size := sized(content) - content - 2
	b = append(b, id, 0x80|byte(size))
	for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
		b = append(b, byte(content>>shift))
	}
	return b
}

func octetString(b []byte, s string) []byte {
	return append(header(b, idOctets, len(s)), s...)
}

// integerBytes is the shortest form of a message number, which is never
// negative.
func integerBytes(n int64) []byte {
	var out []byte
	for shift := 24; shift > 0; shift -= 8 {
		if x := byte(n >> shift); len(out) > 0 || x != 0 {
			out = append(out, x)
		}
	}
	out = append(out, byte(n))
	if out[0]&0x80 != 0 {
		out = append([]byte{0}, out...)
	}
	return out
}
