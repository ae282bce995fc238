package qlik

import (
	"fmt"
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
}

// Audit is a copy of the proxy's security log, oldest row first.
func (s *Server) Audit() []AuditRow {
	var rows []AuditRow
	s.locked(func() { rows = append(rows, s.audit...) })
	return rows
}

// AuditFile is the same as the file <HOST>_AuditSecurity_Proxy.txt has it.
func (s *Server) AuditFile() string {
	version := ""
	s.View(func(st *State) { version = st.Release.Version })
	var b strings.Builder
	b.WriteString(strings.Join([]string{
		"Sequence#", "ProductVersion", "Timestamp", "HostName", "Id", "Description", "ProxySessionId", "ProxyPackageId",
		"RequestSequenceId", "UserDirectory", "UserId", "ObjectId", "ObjectName", "Service", "Origin", "Context",
		"Command", "Result", "Message", "Checksum",
	}, "\t") + "\r\n")
	for i, r := range s.Audit() {
		clean := strings.NewReplacer("\t", " ", "\r", " ", "\n", " ").Replace
		b.WriteString(strings.Join([]string{
			strconv.Itoa(i + 1), version, r.Time.UTC().Format("20060102T150405.000Z"), s.opt.Node, newID(),
			fmt.Sprintf("Command=%s;Result=%d;ResultText=%s", r.Command, r.Result, clean(r.Message)),
			"0", "0", "0", clean(r.Directory), clean(r.User), "0", "Not available", "Proxy", "Not available",
			"/", r.Command, strconv.Itoa(r.Result), clean(r.Message), "0",
		}, "\t") + "\r\n")
	}
	return b.String()
}
