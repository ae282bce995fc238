package winhost_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"sensegate/internal/winhost"
)

// TestReadOfALockedFile reads what must not be read. Root may read everything,
// so its thread looks at files as nobody does.
func TestReadOfALockedFile(t *testing.T) {
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked.json")
	if err := os.WriteFile(locked, []byte(foreign), 0o000); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(at, 0o755); err != nil { //nolint:gosec // nobody has to come as far as the file
			t.Fatal(err)
		}
	}
	refused := make(chan error, 1)
	go func() {
		if os.Geteuid() == 0 {
			const nobody = 65534
			runtime.LockOSThread() // the thread ends with this function
			if err := unix.Setfsuid(nobody); err != nil {
				refused <- err
				return
			}
		}
		_, _, err := winhost.Read(locked)
		refused <- err
	}()
	err := <-refused
	if err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Fatalf("got %v", err)
	}
	if strings.Count(err.Error(), dir) != 1 {
		t.Errorf("got %q", err)
	}
}
