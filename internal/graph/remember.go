package graph

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"sensegate/internal/site"
)

// memory is where a sign-in is kept from one run to the next: the tokens in
// the system's keyring, and beside it a record of who signed in, which holds no
// secret.
type memory struct {
	cache  azidentity.Cache
	record azidentity.AuthenticationRecord
	path   string // of the record; empty keeps nothing
	remark string // why nothing is remembered, for the person
}

// remember opens the keyring where the site wants that, and only there: the
// administrator's sign-in is kept, the test user's is proved anew each time.
// Without a keyring the tokens stay in memory, and the person is told.
func remember(s site.Site, o SignInOptions, mode, loginHint string) memory {
	if !s.Entra.Remember || loginHint != "" || (mode != ByBrowser && mode != ByDeviceCode) {
		return memory{}
	}
	open := o.Keyring
	if open == nil {
		open = systemKeyring
	}
	cache, err := open()
	if err == nil && o.Folder == "" {
		err = errors.New("there is no folder to note the account in")
	}
	if err != nil {
		return memory{remark: "This sign-in is not remembered (" + strings.TrimRight(err.Error(), ".") + "); it ends with the program."}
	}
	m := memory{cache: cache, path: filepath.Join(o.Folder, recordName(s))}
	// A record that is missing or unreadable only means that a person is asked.
	if raw, err := os.ReadFile(m.path); err == nil {
		var known azidentity.AuthenticationRecord
		if json.Unmarshal(raw, &known) == nil {
			m.record = known
		}
	}
	return m
}

// recordName tells apart who signs in where, and with which client.
func recordName(s site.Site) string {
	sum := sha256.Sum256([]byte(strings.ToLower(s.LoginURL() + "\n" + s.Entra.Tenant + "\n" + s.Entra.ClientID)))
	return "signed-in-" + hex.EncodeToString(sum[:8]) + ".json"
}

// keep notes who signed in. What cannot be noted is asked for again.
func (m memory) keep(r azidentity.AuthenticationRecord) error {
	if m.path == "" {
		return nil
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("noting who signed in: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(m.path), 0o700); err != nil {
		return fmt.Errorf("noting who signed in: %w", err)
	}
	if err := os.WriteFile(m.path, raw, 0o600); err != nil {
		return fmt.Errorf("noting who signed in: %w", err)
	}
	return nil
}

// tell puts what has to be said about remembering before a request to sign in.
func (m memory) tell(message string) string {
	if m.remark == "" {
		return message
	}
	return m.remark + " " + message
}
