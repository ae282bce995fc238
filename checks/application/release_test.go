package application

import (
	"testing"

	"sensegate/internal/fact"
)

func TestReleases(t *testing.T) {
	tests := []struct {
		label, version string
		want           answer
	}{
		{label: "November 2025", version: "14.254.6", want: one},
		{label: "February 2024 Patch 1", version: "14.173.4", want: one},
		{label: "April 2018", version: "12.16.0", want: one},
		{label: "February 2018", version: "12.5.2", want: two},
		{label: "February 2018", version: "12.52", want: two},
		{label: "November 2017", version: "11.24.2", want: two},
		{version: "12.52", want: two}, // the trap: it is 12.5.2
		{version: "12.5.2", want: two},
		{version: "12.16", want: one},
		{version: "12.16.1", want: one},
		{version: "12.26.1", want: one},
		{version: "12.44.0", want: one},
		{version: "12.10.1", want: unknown},
		{version: "13.9.1", want: one},
		{version: "11.11", want: two},
		{version: "3.2.5", want: two},
		{version: "4.0.X"}, // what the engine calls its product on every release
		{version: ""},
		{label: "next", version: "x.y"},
	}
	for _, tt := range tests {
		t.Run(tt.label+" "+tt.version, func(t *testing.T) {
			got, by := fromProduct(fact.QlikProduct{Label: tt.label, Version: tt.version})
			if got != tt.want {
				t.Errorf("got %d by %s, want %d", got, by, tt.want)
			}
		})
	}
}
