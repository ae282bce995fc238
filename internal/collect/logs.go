package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/pasted"
)

// How much is taken of logs: enough to judge, little enough to be read through
// before it leaves the building.
const (
	eventsEach = 60
	eventsKept = 50
	traceTail  = 256 << 10
	traceFiles = 4
	traceLines = 20
)

// channels are the connector's event logs, under the present and former names.
func channels() []string {
	return []string{
		"Microsoft-Microsoft Entra private network-Connector/Admin", "Microsoft-AadApplicationProxy-Connector/Admin",
		"Microsoft-Microsoft Entra private network-Updater/Admin", "Microsoft-AadApplicationProxy-Updater/Admin",
	}
}

func events(ctx context.Context, c *collector) (string, error) {
	for _, channel := range channels() {
		list, err := c.Machine.Events(ctx, channel, eventsEach)
		if err != nil {
			return "", fmt.Errorf("reading the events of %s: %w", channel, err)
		}
		for _, raw := range list {
			if e, err := parseEvent(raw); err == nil {
				e.Channel = channel
				c.e.Events = append(c.e.Events, e)
			}
		}
	}
	slices.SortStableFunc(c.e.Events, func(a, b fact.HostEvent) int { return b.At.Compare(a.At) })
	c.e.Events = c.e.Events[:min(len(c.e.Events), eventsKept)]
	return fmt.Sprintf("%d events", len(c.e.Events)), nil
}

// parseEvent reads one event as Windows renders it, without what could move a
// terminal.
func parseEvent(raw string) (fact.HostEvent, error) {
	e, err := pasted.Event(raw)
	for _, s := range []*string{&e.Channel, &e.Text, &e.Transaction, &e.User, &e.SPN, &e.Backend} {
		*s = netprobe.Clean(*s)
	}
	return e, err
}

// traceFolders are where the connector keeps its traces.
func traceFolders() []string {
	return []string{
		`Microsoft\Microsoft Entra private network connector\Trace`, `Microsoft\Microsoft AAD Application Proxy Connector\Trace`,
		`Microsoft\Microsoft Entra private network connector`, `Microsoft\Microsoft AAD Application Proxy Connector`,
	}
}

func traces(_ context.Context, c *collector) (string, error) {
	if c.connector.Program == "" {
		return "", errNothing
	}
	var err error
	c.e.Traces, err = c.search(traceFolders(), ".log", troubled)
	return fmt.Sprintf("%d files", len(c.e.Traces)), err
}

var troubled = regexp.MustCompile(`(?i)\berror\b|exception|failed to|unauthorized|0x800|\b407\b|certificate chain`) //nolint:gochecknoglobals // compiled once

var signedIn = regexp.MustCompile(`(?i)kerberos|negotiate|ntlm|cross-site websocket|cswsh|unable to route|parallel session|header is incorrect|access denied|ap_err_modified|wrong_principal|listener|cannot (start|bind)`) //nolint:gochecknoglobals // compiled once

// qlikLogFolders are where the Qlik proxy keeps its logs.
func qlikLogFolders() []string {
	return []string{`Qlik\Sense\Log\Proxy\Audit`, `Qlik\Sense\Log\Proxy\System`, `Qlik\Sense\Log\Proxy\Trace`}
}

func qlik(_ context.Context, c *collector) (string, error) {
	if !slices.ContainsFunc(c.e.Services, func(s fact.Service) bool { return strings.HasPrefix(s.Name, "QlikSense") }) {
		return "", errNothing
	}
	q := &fact.QlikHost{}
	exported := `Qlik\Sense\Repository\Exported Certificates`
	for _, folder := range []string{exported, exported + `\.Local Certificates`, exported + `\` + c.e.Host} {
		files, err := c.Machine.List(c.Machine.Folder("ProgramData") + `\` + folder)
		if err != nil && !isAbsent(err) {
			return "", fmt.Errorf("listing %s: %w", folder, err)
		}
		for _, f := range files {
			if strings.HasSuffix(strings.ToLower(f), ".pem") || strings.HasSuffix(strings.ToLower(f), ".pfx") {
				q.Certificates = append(q.Certificates, f) // the name, never the content
			}
		}
	}
	var err error
	q.Lines, err = c.search(qlikLogFolders(), ".txt", signedIn)
	c.e.Qlik = q
	return fmt.Sprintf("%d exported certificates, %d logs", len(q.Certificates), len(q.Lines)), err
}

// search reads the ends of the newest files of some folders below ProgramData
// and keeps the lines that match.
func (c *collector) search(folders []string, ending string, match *regexp.Regexp) ([]fact.Trace, error) {
	var out []fact.Trace
	for _, folder := range folders {
		files, err := c.Machine.List(c.Machine.Folder("ProgramData") + `\` + folder)
		if isAbsent(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", folder, err)
		}
		for _, f := range files {
			if !strings.HasSuffix(strings.ToLower(f), ending) {
				continue
			}
			raw, changed, err := c.Machine.Read(f, traceTail)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", f, err)
			}
			out = append(out, fact.Trace{File: f, Modified: changed.UTC().Truncate(time.Second), Lines: matching(raw, match)})
		}
	}
	slices.SortStableFunc(out, func(a, b fact.Trace) int {
		return cmp.Or(b.Modified.Compare(a.Modified), cmp.Compare(a.File, b.File))
	})
	return out[:min(len(out), traceFiles)], nil
}

// matching are the last lines of a log that tell something, without what
// looks like a token.
func matching(raw []byte, match *regexp.Regexp) []string {
	text := string(raw)
	if len(raw) > 1 && raw[0] == 0xff && raw[1] == 0xfe {
		text = utf16Text(raw[2:])
	}
	out := []string{}
	for line := range strings.Lines(text) {
		if match.MatchString(line) {
			out = append(out, secrets.ReplaceAllString(netprobe.Clean(line), "$1[left out]"))
		}
	}
	return out[max(0, len(out)-traceLines):]
}

// secrets are what may stand in a log and must not leave the machine.
var secrets = regexp.MustCompile(`(?i)((?:bearer|negotiate|ntlm|basic|token|password|secret|cookie)\s*[=: ]\s*)[A-Za-z0-9+/=_.\-]{16,}`) //nolint:gochecknoglobals // compiled once

func isAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
