package site

import (
	"slices"
	"strings"
)

// pemFile says that the key and the authority are files of their own, pfxFile
// that the key is not. Anything else is a folder of exported certificates,
// which holds all three under known names.
func pemFile(path string) bool { return path == "" || endsIn(path, ".pem", ".crt", ".cer") }

func pfxFile(path string) bool { return endsIn(path, ".pfx", ".p12") }

func endsIn(path string, endings ...string) bool {
	return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(strings.ToLower(path), e) })
}
