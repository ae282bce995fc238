package cli

import (
	"errors"
	"fmt"
	"os"

	"sensegate/internal/report"
)

// output is where a report goes: standard output, or the file of --output.
type output struct {
	to  *os.File
	own bool
}

// output opens the place before anything is asked of a site, so that a report
// is never lost for a misspelt folder. What the file held stays until then.
func (p *program) output(path string) (output, error) {
	if path == "" || path == "-" {
		return output{to: p.Out}, nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return output{}, usage("--output %q cannot be written: %w", path, reason(err))
	}
	return output{to: f, own: true}, nil
}

// write replaces what the file held by the report.
func (o output) write(r report.Report, format string) error {
	if info, err := o.to.Stat(); o.own && err == nil && info.Mode().IsRegular() {
		if err := o.to.Truncate(0); err != nil {
			return fmt.Errorf("emptying the output: %w", err)
		}
	}
	return report.Write(o.to, r, format)
}

func (o output) close() error {
	if !o.own {
		return nil
	}
	if err := o.to.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("closing the output: %w", err)
	}
	return nil
}
