//go:build !windows && !linux && !(darwin && cgo)

package graph

import (
	"errors"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// systemKeyring: macOS' keychain is reached through C alone, and this program
// was built without it.
func systemKeyring() (azidentity.Cache, error) {
	return azidentity.Cache{}, errors.New("this build of the program has no way to the system's keyring")
}
