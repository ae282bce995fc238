package collect

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

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

// sessionChannels are logs for finding errors, which are off until somebody
// enables them. Their name since 2024 is built by analogy.
func sessionChannels() []string {
	return []string{"Microsoft-Microsoft Entra private network-Connector/Session", "Microsoft-AadApplicationProxy-Connector/Session"}
}

func events(ctx context.Context, c *collector) (string, error) {
	found := false
	for _, channel := range slices.Concat(channels(), sessionChannels()) {
		list, err := c.Machine.Events(ctx, channel, eventsEach)
		switch {
		case isAbsent(err):
			continue
		case err != nil && slices.Contains(sessionChannels(), channel):
			continue // it is off, or on and not to be read meanwhile
		case err != nil:
			return "", fmt.Errorf("reading the events of %s: %w", channel, err)
		}
		found = true
		for _, raw := range list {
			if e, err := parseEvent(raw); err == nil {
				e.Channel = channel
				c.e.Events = append(c.e.Events, e)
			}
		}
	}
	switch {
	case !found && c.connector.Program == "":
		return "", c.absent()
	case !found:
		return "", errors.New("this machine has no event channel of a connector, neither under its present name nor under the former one")
	}
	slices.SortStableFunc(c.e.Events, func(a, b fact.HostEvent) int { return b.At.Compare(a.At) })
	c.e.Events = c.e.Events[:min(len(c.e.Events), eventsKept)]
	return fmt.Sprintf("%d events", len(c.e.Events)), nil
}

// parseEvent reads one event as Windows renders it, without what could move a
// terminal.
func parseEvent(raw string) (fact.HostEvent, error) {
	e, err := pasted.Event(raw)
	if err == nil {
		named(raw, &e)
	}
	for _, s := range []*string{&e.Channel, &e.Text, &e.Transaction, &e.User, &e.SPN, &e.Backend} {
		*s = withoutSecrets(netprobe.Clean(withoutSecrets(*s)))
	}
	return e, err
}

// named fills in what the text of an event did not tell from its data, where
// these have names: they are not translated.
func named(raw string, e *fact.HostEvent) {
	var doc struct {
		Data []struct {
			Name  string `xml:"Name,attr"`
			Value string `xml:",chardata"`
		} `xml:"EventData>Data"`
	}
	if xml.Unmarshal([]byte(raw), &doc) != nil {
		return
	}
	into := map[string]*string{
		"transactionid": &e.Transaction, "user": &e.User, "username": &e.User, "spn": &e.SPN, "backendspn": &e.SPN,
		"publishedbackendurl": &e.Backend, "backendurl": &e.Backend,
	}
	for _, d := range doc.Data {
		to := into[strings.ToLower(strings.NewReplacer(" ", "", "_", "").Replace(d.Name))]
		if value := strings.TrimSpace(d.Value); to != nil && *to == "" {
			*to = value
		}
	}
}

// traceFolders are where the connector keeps its traces.
func traceFolders() []string {
	return []string{
		`Microsoft\Microsoft Entra private network connector\Trace`, `Microsoft\Microsoft AAD Application Proxy Connector\Trace`,
		`Microsoft\Microsoft Entra private network connector`, `Microsoft\Microsoft AAD Application Proxy Connector`,
		// A third spelling, which one document has.
		`Microsoft\Microsoft AAD private network connector\Trace`, `Microsoft\Microsoft AAD private network connector`,
	}
}

func traces(_ context.Context, c *collector) (string, error) {
	if c.connector.Program == "" {
		return "", c.absent()
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
		return "", c.absent()
	}
	q := &fact.QlikHost{}
	exported := `Qlik\Sense\Repository\Exported Certificates`
	for _, folder := range []string{exported, exported + `\.Local Certificates`, exported + `\` + c.e.Host} {
		files, err := c.Machine.List(c.Machine.Folder("ProgramData") + `\` + folder)
		if err != nil && !isAbsent(err) {
			return "", fmt.Errorf("listing %s: %w", folder, err)
		}
		for _, f := range files {
			if name := strings.ToLower(f.Path); strings.HasSuffix(name, ".pem") || strings.HasSuffix(name, ".pfx") {
				q.Certificates = append(q.Certificates, f.Path) // the name, never the content
			}
		}
	}
	var err error
	q.Lines, err = c.search(qlikLogFolders(), ".txt", signedIn)
	c.e.Qlik = q
	return fmt.Sprintf("%d exported certificates, %d logs", len(q.Certificates), len(q.Lines)), err
}
