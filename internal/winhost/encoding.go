package winhost

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// plain brings what Windows writes into UTF-8: PowerShell's > makes UTF-16,
// editors put a mark in front.
func plain(raw []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(raw)
		if err != nil {
			return nil, fmt.Errorf("reading it as UTF-16: %w", err)
		}
		return out, nil
	case bytes.HasPrefix(raw, []byte{0xef, 0xbb, 0xbf}):
		raw = raw[3:]
	}
	if !utf8.Valid(raw) {
		return nil, errors.New("it is not UTF-8")
	}
	return raw, nil
}
