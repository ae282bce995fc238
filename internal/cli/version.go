package cli

import (
	"runtime"
	"runtime/debug"
)

// Version is what the build says of itself.
type Version struct {
	Number, Commit string
}

// String is the version in one line, from Go's own build information where the
// release build set none.
func (v Version) String() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		if v.Number == "" {
			v.Number = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && v.Commit == "" {
				v.Commit = s.Value
			}
		}
	}
	if v.Number == "" || v.Number == "(devel)" {
		v.Number = "development build"
	}
	out := v.Number
	if v.Commit != "" {
		out += " (" + v.Commit[:min(len(v.Commit), 12)] + ")"
	}
	return out + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
}
