//go:build !windows

package kerberos

import (
	"errors"
	"fmt"
	"os"

	"sensegate/internal/fact"
)

// defaultCache is where kinit puts tickets unless told otherwise.
func defaultCache() string {
	if name := os.Getenv("KRB5CCNAME"); name != "" {
		return name
	}
	return fmt.Sprintf("FILE:/tmp/krb5cc_%d", os.Getuid())
}

func systemTickets(name string) ([]fact.CachedTicket, error) { return fileTickets(name) }

// localSystem exists on Windows only.
func localSystem() bool { return false }

var errNotSystem = errors.New("the machine's own rehearsal runs on Windows only")

func rehearseAsMachine(string, string, string) (string, error) { return "", errNotSystem }
