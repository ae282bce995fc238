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
	if form, ok := wideForm(raw); ok {
		out, err := unicode.UTF16(form, unicode.UseBOM).NewDecoder().Bytes(raw)
		if err != nil {
			return nil, fmt.Errorf("reading it as UTF-16: %w", err)
		}
		return out, nil
	}
	raw = bytes.TrimPrefix(raw, []byte{0xef, 0xbb, 0xbf})
	if !utf8.Valid(raw) {
		return nil, errors.New("it is not UTF-8: an editor saved it in another encoding, or it is no evidence file")
	}
	return raw, nil
}

// wideForm says whether a text is UTF-16, and in which order where no mark says
// it: JSON begins with a character of ASCII, so that one of its bytes is zero.
func wideForm(raw []byte) (unicode.Endianness, bool) {
	switch {
	case len(raw) < 2:
		return unicode.LittleEndian, false
	case raw[0] == 0xff && raw[1] == 0xfe, raw[0] != 0 && raw[1] == 0:
		return unicode.LittleEndian, true
	}
	return unicode.BigEndian, raw[0] == 0xfe && raw[1] == 0xff || raw[0] == 0 && raw[1] != 0
}
