package directory

import (
	"bytes"
	"errors"
	"strings"
)

// Elements of BER that an answer to a search is made of, RFC 4511 4.5.2.
const (
	elementSequence = 0x30
	elementSet      = 0x31
	elementInteger  = 0x02
	elementOctets   = 0x04
	elementEntry    = 0x64
	elementDone     = 0x65
)

var errElement = errors.New("the server's answer is not well formed")

// element takes the first element off b: its identifier, what is in it, and
// what follows.
func element(b []byte) (id byte, body, rest []byte, err error) {
	length, head, ok := elementLength(b)
	if !ok || length > len(b)-head {
		return 0, nil, nil, errElement
	}
	return b[0], b[head : head+length], b[head+length:], nil
}

// elementLength reads how long an element is and how long its header; ok is
// false when b is too short to tell, or when the length is one that no server
// sends.
func elementLength(b []byte) (length, head int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	if b[1]&0x80 == 0 {
		return int(b[1]), 2, true
	}
	n := int(b[1] & 0x7f)
	if n == 0 || n > 4 || len(b) < 2+n {
		return 0, 0, false
	}
	for _, x := range b[2 : 2+n] {
		length = length<<8 | int(x)
	}
	return length, 2 + n, length >= 0 && length <= maxMessage
}

// inside takes an element that has to be of that kind off b.
func inside(b []byte, want byte) (body, rest []byte, err error) {
	id, body, rest, err := element(b)
	if err == nil && id != want {
		err = errElement
	}
	return body, rest, err
}

// operation is what a whole message holds: the identifier of the operation, and
// what is in that.
func operation(message []byte) (id byte, body []byte, err error) {
	envelope, _, err := inside(message, elementSequence)
	if err != nil {
		return 0, nil, err
	}
	if _, envelope, err = inside(envelope, elementInteger); err != nil {
		return 0, nil, err
	}
	id, body, _, err = element(envelope)
	return id, body, err
}

// messageNumber reads the number of a message whose beginning is b.
func messageNumber(b []byte) (int64, bool) {
	_, head, ok := elementLength(b)
	if !ok || b[0] != elementSequence || len(b) < head {
		return 0, false
	}
	digits, _, err := inside(b[head:], elementInteger)
	if err != nil || len(digits) == 0 || len(digits) > 4 {
		return 0, false
	}
	var n int64
	for _, x := range digits {
		n = n<<8 | int64(x)
	}
	return n, true
}

// eachValue reads one attribute of an entry without keeping anything of it.
// more says that the server holds further values back (attribute;range=0-1499).
func eachValue(entry []byte, attribute string, visit func(value []byte)) (dn []byte, more bool, err error) {
	dn, rest, err := inside(entry, elementOctets)
	if err != nil {
		return nil, false, err
	}
	list, _, err := inside(rest, elementSequence)
	if err != nil {
		return nil, false, err
	}
	for len(list) > 0 {
		var one []byte
		if one, list, err = inside(list, elementSequence); err != nil {
			return nil, false, err
		}
		name, values, err := inside(one, elementOctets)
		if err != nil {
			return nil, false, err
		}
		bare, option, ranged := bytes.Cut(name, []byte(";range="))
		if !strings.EqualFold(string(bare), attribute) {
			continue
		}
		more = more || ranged && !bytes.HasSuffix(option, []byte("-*"))
		if values, _, err = inside(values, elementSet); err != nil {
			return nil, false, err
		}
		for len(values) > 0 {
			var value []byte
			if value, values, err = inside(values, elementOctets); err != nil {
				return nil, false, err
			}
			visit(value)
		}
	}
	return dn, more, nil
}
