package qlik

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// AuditRow is one line of the proxy's security log.
type AuditRow struct {
	Time            time.Time
	Command         string // Login, Start session, Open connection …
	Result          int    // 0 is success
	Directory, User string
	Message         string
}

// maxAudit bounds the log; the oldest rows go first.
const maxAudit = 2000

// log records a row.
func (s *Server) log(row AuditRow) { s.locked(func() { s.record(row) }) }

// record is log for those who hold the lock.
func (s *Server) record(row AuditRow) {
	row.Time = s.opt.Clock()
	if len(s.audit) >= maxAudit {
		s.audit = append(s.audit[:0], s.audit[maxAudit/2:]...)
	}
	s.audit = append(s.audit, row)
	if s.logFile != nil {
		s.rows++
		_, _ = io.WriteString(s.logFile, s.auditLine(s.rows, row)) // a full disk does not stop a proxy
	}
}

// openLog begins the file of this start, as the proxy does.
func (s *Server) openLog() error {
	if s.opt.Logs == "" {
		return nil
	}
	dir := filepath.Join(s.opt.Logs, "Audit")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of the Qlik proxy's logs: %w", err)
	}
	name := strings.ToUpper(shortName(s.opt.Node)) + "_AuditSecurity_Proxy.txt"
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("opening the Qlik proxy's log: %w", err)
	}
	_, err = io.WriteString(f, auditHead())
	s.locked(func() {
		s.logFile = f
		s.stop = append(s.stop, func() {
			s.locked(func() { s.logFile = nil })
			_ = f.Close()
		})
	})
	if err != nil {
		return fmt.Errorf("writing the Qlik proxy's log: %w", err)
	}
	return nil
}

// Audit is a copy of the proxy's security log, oldest row first.
func (s *Server) Audit() []AuditRow {
	var rows []AuditRow
	s.locked(func() { rows = append(rows, s.audit...) })
	return rows
}

// AuditFile is the same as the file <HOST>_AuditSecurity_Proxy.txt has it.
func (s *Server) AuditFile() string {
	var b strings.Builder
	b.WriteString(auditHead())
	rows := s.Audit()
	s.locked(func() {
		for i, r := range rows {
			b.WriteString(s.auditLine(i+1, r))
		}
	})
	return b.String()
}

func auditHead() string {
	return strings.Join([]string{
		"Sequence#", "ProductVersion", "Timestamp", "HostName", "Id", "Description", "ProxySessionId", "ProxyPackageId",
		"RequestSequenceId", "UserDirectory", "UserId", "ObjectId", "ObjectName", "Service", "Origin", "Context",
		"Command", "Result", "Message", "Checksum",
	}, "\t") + "\r\n"
}

// auditLine is a row of the file. The lock must be held.
func (s *Server) auditLine(number int, r AuditRow) string {
	clean := strings.NewReplacer("\t", " ", "\r", " ", "\n", " ").Replace
	return strings.Join([]string{
		strconv.Itoa(number), s.state.Release.Version, r.Time.UTC().Format("20060102T150405.000Z"), s.opt.Node, newID(),
		fmt.Sprintf("Command=%s;Result=%d;ResultText=%s", r.Command, r.Result, clean(r.Message)),
		"0", "0", "0", clean(r.Directory), clean(r.User), "0", "Not available", "Proxy", "Not available",
		"/", r.Command, strconv.Itoa(r.Result), clean(r.Message), "0",
	}, "\t") + "\r\n"
}
