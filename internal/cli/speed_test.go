package cli_test

import (
	"testing"

	"sensegate/internal/lab"
)

// BenchmarkCheckFinishedLab is `check --demo --finished`, all of it: the lab
// made, ten gates checked over its sockets, the lab closed. Budget: 2 s.
func BenchmarkCheckFinishedLab(b *testing.B) {
	for b.Loop() {
		if code, said := run(b, "check", "--demo", "--finished"); code != 0 {
			b.Fatalf("exit code %d\n%s", code, said)
		}
	}
}

// BenchmarkLabReady is from nothing to every server listening and every file
// written. Budget: 300 ms.
func BenchmarkLabReady(b *testing.B) {
	for b.Loop() {
		l, err := lab.Start(b.Context(), lab.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
