//go:build windows || linux || (darwin && cgo)

package graph

import (
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity/cache"
)

// systemKeyring keeps tokens with the data protection of Windows, the keychain
// of macOS, or under a key in the keyring of Linux' kernel.
func systemKeyring() (azidentity.Cache, error) {
	c, err := cache.New(&cache.Options{Name: "sensegate"})
	if err != nil {
		return azidentity.Cache{}, fmt.Errorf("opening the system's keyring: %w", err)
	}
	return c, nil
}
