package ui

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDetect(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	tests := []struct {
		name string
		env  []string
		want Terminal
	}{
		{"nothing", nil, Terminal{}},
		{"dumb", []string{"TERM=dumb"}, Terminal{Dumb: true}},
		{"no colour, any value", []string{"NO_COLOR=no"}, Terminal{NoColor: true}},
		{"no colour, empty", []string{"NO_COLOR="}, Terminal{}},
		{"accessible", []string{"ACCESSIBLE=1"}, Terminal{Accessible: true}},
		{"not accessible", []string{"ACCESSIBLE=0"}, Terminal{}},
		{"CI", []string{"CI=true"}, Terminal{CI: true}},
		{"a locale without UTF-8", []string{"LANG=en_US.ISO-8859-1"}, Terminal{ASCII: true}},
		{"a locale with UTF-8", []string{"LANG=C.UTF-8"}, Terminal{}},
		{"one that shows notices", []string{"TERM=xterm-kitty", "KITTY_WINDOW_ID=1"}, Terminal{Notifies: true}},
		{"another", []string{"TERM_PROGRAM=WezTerm"}, Terminal{Notifies: true}},
		{"Windows Terminal", []string{"WT_SESSION=0f"}, Terminal{Notifies: true}},
		{"inside a multiplexer it does not", []string{"WT_SESSION=0f", "TERM=screen-256color"}, Terminal{}},
		{"nor on the console", []string{"TERM=linux", "KITTY_WINDOW_ID=1"}, Terminal{}},
		{"the stronger locale counts", []string{"LANG=C.UTF-8", "LC_ALL=POSIX"}, Terminal{ASCII: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Detect(f, f, tt.env)
			got.WindowsBuild = 0
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
	if got := Detect(nil, nil, nil); got.In || got.Out {
		t.Error("no stream is no terminal")
	}
}

func TestWizardOrLines(t *testing.T) {
	tests := []struct {
		name string
		t    Terminal
		want bool
	}{
		{"a terminal", Terminal{In: true, Out: true}, true},
		{"input redirected", Terminal{Out: true}, false},
		{"output redirected", Terminal{In: true}, false},
		{"dumb", Terminal{In: true, Out: true, Dumb: true}, false},
		{"accessible", Terminal{In: true, Out: true, Accessible: true}, false},
		{"CI", Terminal{In: true, Out: true, CI: true}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, why := tt.t.Wizard()
			if got != tt.want || got == (why != "") {
				t.Errorf("got %v, %q", got, why)
			}
		})
	}
}
