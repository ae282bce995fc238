package qlik

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
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
}

func phrases() []phrase {
	return []phrase{
		{[]string{"cswsh", "cross-site websocket hijacking"}, "a WebSocket was refused: its origin is not in the host allow list, or its CSRF token is missing"},
		{[]string{"unable to route"}, "no engine to route a WebSocket to"},
		{[]string{"parallel session"}, "somebody had too many sessions at a time"},
		{[]string{"access pass", "license access denied", "onlicenseaccessdenied", "no license"}, "somebody has no access type in the licence"},
		{[]string{"header is incorrect"}, "the proxy was called by a name that it does not know"},
		{[]string{"krb_ap_err_modified", "sec_e_wrong_principal"}, "a ticket was made for another account than the one that runs the proxy"},
		{[]string{"login failed", "authentication failed"}, "a sign-in failed"},
		{[]string{"method: ntlm", "by ntlm", "ntlm authentication"}, "somebody signed in with NTLM, which cannot be delegated"},
		{[]string{"method: kerberos", "method: negotiate", "(kerberos)"}, "somebody signed in with Kerberos"},
	}
}

// ReadProxyLogs looks for known phrases in a log file, or in every log below a
// folder, and tells each once for each file, newest first.
func ReadProxyLogs(path string) ([]fact.LogFinding, error) {
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
		return nil, fmt.Errorf("looking for the proxy's logs: %w", err)
	}
	var out []fact.LogFinding
	for _, f := range files {
		found, err := readLog(f)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b fact.LogFinding) int { return b.Last.Compare(a.Last) })
	return out, nil
}

// ProxyLogs is ReadProxyLogs at path, or where this is Qlik's own host and none
// is given, in its own folder.
func (*Client) ProxyLogs(_ context.Context, path string) ([]fact.LogFinding, error) {
	if path != "" {
		return ReadProxyLogs(path)
	}
	if _, err := os.Stat(ProxyLogDir()); err != nil {
		return nil, nil //nolint:nilerr // this is another machine
	}
	return ReadProxyLogs(ProxyLogDir())
}

func readLog(path string) ([]fact.LogFinding, error) {
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
	found := scanLog(head, tail)
	for i := range found {
		found[i].File = netprobe.Clean(filepath.Base(path))
	}
	return found, nil
}

// scanLog looks through rows; head is the line with the columns' names.
func scanLog(head, rows []byte) []fact.LogFinding {
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
		for i, p := range known {
			if !slices.ContainsFunc(p.words, func(w string) bool { return strings.Contains(lower, w) }) {
				continue
			}
			row := strings.Split(strings.TrimRight(string(line), "\r\n"), "\t")
			f := &found[i]
			f.Meaning = p.meaning
			f.Count++
			f.Last = cmp.Or(stampOf(cell(row, columns, "timestamp")), f.Last)
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

// stampOf reads 20250304T050607.089+0100, and the same with Z or a colon.
func stampOf(s string) time.Time {
	for _, layout := range []string{"20060102T150405.000Z0700", "20060102T150405.000Z07:00", time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
