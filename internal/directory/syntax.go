package directory

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"sensegate/internal/netprobe"
)

var errSPN = errors.New("a service principal name is class/host, class/host:port or class/host/name")

// checkSPN refuses what a domain controller would take and nobody could use:
// look-alike characters, an empty host, a port that is none.
func checkSPN(spn string) error {
	parts := strings.Split(spn, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return errSPN
	}
	for _, r := range spn {
		if r <= ' ' || r > '~' {
			return fmt.Errorf("%q holds the character %U, which only looks like another: %w", netprobe.Clean(spn), r, errSPN)
		}
	}
	if !only(parts[0], "-_") {
		return errSPN
	}
	host, suffix, named := strings.Cut(parts[1], ":")
	for label := range strings.SplitSeq(host, ".") {
		if !only(label, "-_") || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return errSPN
		}
	}
	if named {
		if suffix == "" {
			return errSPN
		}
		if port, err := strconv.Atoi(suffix); err == nil && (port < 1 || port > 65535) {
			return errSPN
		}
	}
	if len(parts) == 3 && parts[2] == "" {
		return errSPN
	}
	return nil
}

// only says that s has letters, digits and the extra characters, at least one.
func only(s, extra string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(extra, r) {
			return false
		}
	}
	return s != ""
}
