package graph_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity/cache"

	"sensegate/internal/graph"
)

// listened counts the requests to sign in and keeps the last one's words.
type listened struct {
	times atomic.Int32
	last  atomic.Value
}

func (l *listened) prompt(_ context.Context, message, _, _ string) error {
	l.times.Add(1)
	l.last.Store(message)
	return nil
}

func TestKeyringIsOpenedOnlyWhereWanted(t *testing.T) {
	tests := []struct {
		name     string
		remember bool
		folder   bool
		opened   int32
		said     string
	}{
		{name: "not wanted", folder: true},
		{name: "wanted, and there is none", remember: true, folder: true, opened: 1, said: "This sign-in is not remembered (the keyring is locked); it ends with the program. "},
		{name: "wanted, and nowhere to note the account", remember: true, opened: 1, said: "This sign-in is not remembered ("},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.site.Entra.Remember = tt.remember
			var opened atomic.Int32
			var l listened
			o := graph.SignInOptions{Prompt: l.prompt, Keyring: func() (azidentity.Cache, error) {
				opened.Add(1)
				return azidentity.Cache{}, errors.New("the keyring is locked")
			}}
			if tt.folder {
				o.Folder = t.TempDir()
			}
			if _, err := w.client(t, o).Organization(t.Context()); err != nil {
				t.Fatal(err)
			}
			if opened.Load() != tt.opened {
				t.Errorf("the keyring was opened %d times, want %d", opened.Load(), tt.opened)
			}
			said, _ := l.last.Load().(string)
			if said == "" || !strings.HasPrefix(said, tt.said) || (tt.said == "") == strings.Contains(said, "remembered") {
				t.Errorf("the person was told %q, want it to begin with %q", said, tt.said)
			}
			if tt.folder {
				if left, err := os.ReadDir(o.Folder); err != nil || len(left) != 0 {
					t.Errorf("noted %v, %v; nothing was to be noted", left, err)
				}
			}
		})
	}
}

// With the keyring of this machine the second run asks nobody; without one it
// asks again and says why.
func TestSignInRemembered(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	w := newWorld(t)
	w.site.Entra.Remember = true
	folder := t.TempDir()
	var l listened
	for range 2 {
		if _, err := w.client(t, graph.SignInOptions{Prompt: l.prompt, Folder: folder}).Organization(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := cache.New(&cache.Options{Name: "sensegate"}); err != nil {
		said, _ := l.last.Load().(string)
		if l.times.Load() != 2 || !strings.HasPrefix(said, "This sign-in is not remembered (") {
			t.Errorf("asked %d times, and told %q; there is no keyring here: %v", l.times.Load(), said, err)
		}
		return
	}
	if n := l.times.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	noted, err := filepath.Glob(filepath.Join(folder, "signed-in-*.json"))
	if err != nil || len(noted) != 1 {
		t.Fatalf("noted %v, %v", noted, err)
	}
	raw, err := os.ReadFile(noted[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"token", "secret", "eyJ"} {
		if strings.Contains(strings.ToLower(string(raw)), strings.ToLower(secret)) {
			t.Errorf("the note holds %q: %s", secret, raw)
		}
	}
}
