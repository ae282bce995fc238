package qlik

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Bounds of what is read: logs of years lie in one folder.
const (
	logTail  = 4 << 20 // of each file
	logFiles = 200
	logLine  = 256 << 10
)

// ProxyLogDir is where Qlik keeps the proxy's logs on its own host.
func ProxyLogDir() string { return `C:\ProgramData\Qlik\Sense\Log\Proxy` }

// phrase is a text known to stand for something. They are matched loosely: no
// document gives the literal words of every release.
type phrase struct {
	words   []string // any of them, in lower case
	meaning string
	trouble bool // somebody was turned away
}

func phrases() []phrase {
	return []phrase{
		{[]string{"cswsh", "cross-site websocket hijacking"}, "a WebSocket was refused: its origin is not in the host allow list, or its CSRF token is missing", true},
		{[]string{"unable to route"}, "no engine to route a WebSocket to", true},
		{[]string{"parallel session"}, "somebody had too many sessions at a time", true},
		{[]string{"access pass", "license access denied", "onlicenseaccessdenied", "no license"}, "somebody has no access type in the licence", true},
		{[]string{"header is incorrect"}, "the proxy was called by a name that it does not know", true},
		{[]string{"krb_ap_err_modified", "sec_e_wrong_principal"}, "a ticket was made for another account than the one that runs the proxy", true},
		{[]string{"login failed", "authentication failed"}, "a sign-in failed", false},
		{[]string{"method: ntlm", "by ntlm", "ntlm authentication"}, "somebody signed in with NTLM, which cannot be delegated", false},
		{[]string{"method: kerberos", "method: negotiate", "(kerberos)"}, "somebody signed in with Kerberos", false},
	}
}

// ReadProxyLogs looks for known phrases in a log file, or in every log below a
// folder, and tells each once for each file, newest first. Rows that bear a
// time before since are passed over.
func ReadProxyLogs(path string, since time.Time) (fact.ProxyLogs, error) {
	var files []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case p == path || strings.EqualFold(filepath.Ext(p), ".txt") || strings.EqualFold(filepath.Ext(p), ".log"):
			files = append(files, p)
		}
		if len(files) > logFiles {
			return fmt.Errorf("there are more than %d logs below it: name a smaller folder", logFiles)
		}
		return nil
	})
	if err != nil {
		return fact.ProxyLogs{}, fmt.Errorf("looking for the proxy's logs: %w", err)
	}
	var out fact.ProxyLogs
	for _, f := range files {
		found, err := readLog(f, since)
		if err != nil {
			return fact.ProxyLogs{}, err
		}
		out.Sources = append(out.Sources, f)
		out.Findings = append(out.Findings, found...)
	}
	newestFirst(out.Findings)
	return out, nil
}

// ScanCollected is the same for lines that were collected on host.
func ScanCollected(host string, traces []fact.Trace, since time.Time) fact.ProxyLogs {
	var out fact.ProxyLogs
	for _, t := range traces {
		name := t.File[strings.LastIndexAny(t.File, `\/`)+1:] + " of " + host
		found := scanLog(nil, []byte(strings.Join(t.Lines, "\n")), since)
		for i := range found {
			found[i].File = netprobe.Clean(name)
		}
		out.Sources = append(out.Sources, netprobe.Clean(t.File+" of "+host))
		out.Findings = append(out.Findings, found...)
	}
	newestFirst(out.Findings)
	return out
}

func newestFirst(list []fact.LogFinding) {
	slices.SortStableFunc(list, func(a, b fact.LogFinding) int { return b.Last.Compare(a.Last) })
}

func readLog(path string, since time.Time) ([]fact.LogFinding, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the proxy's log: %w", err)
	}
	defer func() { _ = f.Close() }()
	head, err := bufio.NewReader(io.LimitReader(f, logLine)).ReadBytes('\n')
	if err != nil && len(head) == 0 {
		return nil, nil
	}
	if info, err := f.Stat(); err == nil && info.Size() > logTail {
		if _, err := f.Seek(-logTail, io.SeekEnd); err != nil {
			return nil, fmt.Errorf("reading the proxy's log: %w", err)
		}
	} else if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading the proxy's log: %w", err)
	}
	tail, err := io.ReadAll(io.LimitReader(f, logTail))
	if err != nil {
		return nil, fmt.Errorf("reading the proxy's log: %w", err)
	}
	found := scanLog(head, tail, since)
	for i := range found {
		found[i].File = netprobe.Clean(filepath.Base(path))
	}
	return found, nil
}

// scanLog looks through rows; head is the line with the columns' names, without
// which a row's time is found by its form.
func scanLog(head, rows []byte, since time.Time) []fact.LogFinding {
	columns := map[string]int{}
	for i, name := range strings.Split(strings.TrimSpace(strings.TrimPrefix(string(head), "\ufeff")), "\t") {
		columns[strings.ToLower(name)] = i
	}
	known := phrases()
	found := make([]fact.LogFinding, len(known))
	for line := range bytes.Lines(rows) {
		if len(line) > logLine {
			continue
		}
		lower := strings.ToLower(string(line))
		if strings.Contains(lower, netprobe.NotListed) {
			continue // refused on purpose, by this program
		}
		for i, p := range known {
			if !slices.ContainsFunc(p.words, func(w string) bool { return strings.Contains(lower, w) }) {
				continue
			}
			row := strings.Split(strings.TrimRight(string(line), "\r\n"), "\t")
			at := cmp.Or(stampOf(cell(row, columns, "timestamp")), stampIn(string(line)))
			if !at.IsZero() && at.Before(since) {
				break
			}
			f := &found[i]
			f.Meaning, f.Trouble = p.meaning, p.trouble
			f.Count++
			f.Last = cmp.Or(at, f.Last)
			f.Text = netprobe.Clean(cmp.Or(cell(row, columns, "message"), cell(row, columns, "description"), strings.Join(row, " ")))
			if user := cell(row, columns, "userid"); user != "" && user != "0" {
				f.User = netprobe.Clean(cell(row, columns, "userdirectory") + `\` + user)
			}
			break // the first meaning of a row is the most precise one
		}
	}
	return slices.DeleteFunc(found, func(f fact.LogFinding) bool { return f.Count == 0 })
}

func cell(row []string, columns map[string]int, name string) string {
	if i, ok := columns[name]; ok && i < len(row) {
		return strings.TrimSpace(row[i])
	}
	return ""
}

// stampIn is the first time among a row's words.
func stampIn(row string) time.Time {
	const few = 8 // it stands near the beginning
	words := strings.Fields(row)
	for _, w := range words[:min(few, len(words))] {
		if at := stampOf(w); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// stampOf reads 20250304T050607.089+0100, and the same with Z or a colon.
func stampOf(s string) time.Time {
	for _, layout := range []string{"20060102T150405.000Z0700", "20060102T150405.000Z07:00", time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
