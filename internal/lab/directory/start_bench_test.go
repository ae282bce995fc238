package directory_test

import (
	"testing"

	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/pki"
)

func BenchmarkStart(b *testing.B) {
	ca, err := pki.NewCA("bench")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := directory.New(directory.Options{CA: ca})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
