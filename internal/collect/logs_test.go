package collect_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"sensegate/internal/collect"
	"sensegate/internal/fact"
)

const traceFolder = `C:\ProgramData\Microsoft\Microsoft Entra private network connector\Trace\`

// wide is a text in two bytes a character, without a mark.
func wide(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// TestTracesInEveryForm finds the lines whatever the letters are written in, in
// a file of any size.
func TestTracesInEveryForm(t *testing.T) {
	const text = "quiet\r\nERROR: größer\r\n"
	tests := []struct{ name, content string }{
		{"UTF-8", text},
		{"UTF-8 with a mark", "\xef\xbb\xbf" + text},
		{"UTF-16", "\xff\xfe" + wide(text, binary.LittleEndian)},
		{"UTF-16, the other way round", "\xfe\xff" + wide(text, binary.BigEndian)},
		{"the end of a huge one", strings.Repeat("quiet line\r\n", 60_000) + text},
		{"the end of a huge one in UTF-16", "\xff\xfe" + wide(strings.Repeat("quiet line\r\n", 60_000)+text, binary.LittleEndian)},
		{"half a letter short", "\xff\xfe" + wide(strings.Repeat("quiet line\r\n", 60_000)+text, binary.LittleEndian) + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := healthy()
			m.files[traceFolder+"a.log"] = tt.content
			got := run(t, options(m)).Traces
			if len(got) != 1 || len(got[0].Lines) != 1 || got[0].Lines[0] != "ERROR: größer" {
				t.Errorf("got %.300q", fmt.Sprint(got))
			}
		})
	}
}

// TestNewestTraces reads the newest files of all folders, and no others; one
// that is locked says so and hides none.
func TestNewestTraces(t *testing.T) {
	m := healthy()
	m.dates = map[string]time.Time{}
	for i := range 30 {
		name := fmt.Sprintf("%s%02d.log", traceFolder, i)
		m.files[name], m.dates[name] = "error\n", written.Add(time.Duration(i)*time.Minute)
	}
	m.denied = map[string]error{traceFolder + "28.log": errors.New("the file is used by another process")}
	e := run(t, options(m))
	if len(e.Traces) != 4 || e.Missing(fact.SectionTraces) != "" {
		t.Fatalf("got %+v, %s", e.Traces, e.Missing(fact.SectionTraces))
	}
	for i, want := range []string{"29.log", "28.log", "27.log", "26.log"} {
		line := "error"
		if want == "28.log" {
			line = "(it could not be read: the file is used by another process)"
		}
		if tr := e.Traces[i]; !strings.HasSuffix(tr.File, want) || len(tr.Lines) != 1 || tr.Lines[0] != line {
			t.Errorf("file %d is %+v, want %s", i+1, tr, want)
		}
	}
	for _, p := range m.read {
		if strings.HasSuffix(p, ".log") && p < traceFolder+"26.log" {
			t.Errorf("%s was read", p)
		}
	}
}

// TestSecretsStay leaves out what is secret, and nothing that explains.
func TestSecretsStay(t *testing.T) {
	tests := []struct{ line, want string }{
		{"error Authorization: Negotiate YIIabcdefghijklmnopqrstuvwxyz", "error Authorization: Negotiate [left out]"},
		{"error password=Ab1!", "error password=[left out]"},
		{`error {"client_secret":"x~9","user":"a"}`, `error {"client_secret":"[left out]","user":"a"}`},
		{`error {"access_token":"0123456789abcdef0123"}`, `error {"access_token":"[left out]"}`},
		{"error <Password>short</Password>", "error <Password>[left out]</Password>"},
		{"error Server=db;Pwd=abc;Trusted=no", "error Server=db;Pwd=[left out];Trusted=no"},
		{"error GET /hub/?qlikTicket=abcdefghijklmnop", "error GET /hub/?qlikTicket=[left out]"},
		{"error GET /x?code=0.AXkAabcdefghijklmnop&state=1", "error GET /x?code=[left out]&state=1"},
		{"error Set-Cookie: X-Qlik-Session=01234567-89ab-cdef-0123-456789abcdef", "error Set-Cookie: [left out]"},
		{"error eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.sig", "error [left out]"},
		{"error TlRMTVNTUAABAAAAB4IIogAAAAA=", "error [left out]"},
		{"error http://user:hidden@proxy:8080/", "error http://[left out]proxy:8080/"},
		{"error: the password must be changed", "error: the password must be changed"},
		{"error: Kerberos ticket for HTTP/sense.contoso.test", "error: Kerberos ticket for HTTP/sense.contoso.test"},
		{"error: Negotiate authentication failed with 0x8009030e", "error: Negotiate authentication failed with 0x8009030e"},
		{"error https://sense.contoso.test:443/hub/", "error https://sense.contoso.test:443/hub/"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			m := healthy()
			m.files[traceFolder+"a.log"] = tt.line + "\r\n"
			if got := run(t, options(m)).Traces; len(got) != 1 || len(got[0].Lines) != 1 || got[0].Lines[0] != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func xmlEvent(id int, data string) string {
	return fmt.Sprintf(`<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>%d</EventID><TimeCreated SystemTime="2026-11-21T10:00:00Z"/></System><EventData>%s</EventData></Event>`, id, data)
}

// TestChannels tells apart what was not logged, what is not there and what must
// not be read.
func TestChannels(t *testing.T) {
	const former, session = "Microsoft-AadApplicationProxy-Connector/Admin", "Microsoft-Microsoft Entra private network-Connector/Session"
	bare := func(m *machine) { delete(m.services, "WAPCSvc") }
	tests := []struct {
		name    string
		events  map[string][]string
		denied  string
		machine func(*machine)
		want    []int
		missing string
	}{
		{name: "quiet", events: map[string][]string{admin: {}}, want: []int{}},
		{name: "under the former name", events: map[string][]string{former: {xmlEvent(1000, "")}}, want: []int{1000}},
		{name: "no channel at all", missing: "no event channel of a connector"},
		{name: "no channel and no connector", machine: bare, missing: "it was not collected"},
		{name: "not to be read", events: map[string][]string{admin: {}}, denied: admin, missing: "access is denied"},
		{name: "the session log too", events: map[string][]string{admin: {xmlEvent(13019, "")}, session: {xmlEvent(24029, "")}}, want: []int{13019, 24029}},
		{name: "the session log is on and so not to be read", events: map[string][]string{admin: {xmlEvent(13019, "")}}, denied: session, want: []int{13019}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := healthy()
			m.events, m.denied = tt.events, map[string]error{}
			if tt.denied != "" {
				m.denied[tt.denied] = errors.New("access is denied")
			}
			if tt.machine != nil {
				tt.machine(m)
			}
			e := run(t, options(m))
			if why := e.Missing(fact.SectionEvents); !strings.Contains(why, tt.missing) || (why == "") != (tt.missing == "") {
				t.Fatalf("unread because of %q, want %q", why, tt.missing)
			}
			var ids []int
			for _, v := range e.Events {
				ids = append(ids, v.ID)
			}
			if fmt.Sprint(ids) != fmt.Sprint(tt.want) {
				t.Errorf("got %v, want %v", ids, tt.want)
			}
		})
	}
}

// TestNamedData reads the fields of an event from its data where they have names.
func TestNamedData(t *testing.T) {
	m := healthy()
	m.events[admin] = []string{xmlEvent(13019, `<Data Name="TransactionId">{1-2}</Data><Data Name="User">alice@contoso.test</Data><Data Name="BackendSpn">HTTP/sense</Data><Data Name="Published Backend URL">https://sense/?qlikTicket=abcdefghijklmnop</Data>`)}
	got := run(t, options(m)).Events
	if len(got) != 1 {
		t.Fatalf("got %+v", got)
	}
	if e := got[0]; e.Transaction != "{1-2}" || e.User != "alice@contoso.test" || e.SPN != "HTTP/sense" || e.Backend != "https://sense/?qlikTicket=[left out]" || strings.Contains(e.Text, "abcdefghijklmnop") {
		t.Errorf("got %+v", e)
	}
}

// TestProductKeys: values of the product's other name are left from before.
func TestProductKeys(t *testing.T) {
	const present, former = `SOFTWARE\Microsoft\Microsoft Entra private network connector`, `SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector`
	tests := []struct {
		name, program, key string
		want               int
	}{
		{"present", installed + `\MicrosoftEntraPrivateNetworkConnectorService.exe`, present, 1},
		{"left from before", installed + `\MicrosoftEntraPrivateNetworkConnectorService.exe`, former, -1},
		{"former", `C:\Program Files\Microsoft AAD App Proxy Connector\ApplicationProxyConnectorService.exe`, former, 1},
		{"not its own", `C:\Program Files\Microsoft AAD App Proxy Connector\ApplicationProxyConnectorService.exe`, present, -1},
		{"elsewhere", `D:\Connector\ApplicationProxyConnectorService.exe`, former, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := healthy()
			s := m.services["WAPCSvc"]
			s.Program = tt.program
			m.services["WAPCSvc"] = s
			m.versions[tt.program] = "1.5.4892.0"
			m.numbers[tt.key+`\UseSpnegoAuthentication`], m.numbers[tt.key+`\UseDefaultProxyForBackendRequests`] = 1, 1
			e := run(t, options(m))
			if forBackend := e.Proxy.ForBackend != nil; e.SPNEGO != tt.want || forBackend != (tt.want == 1) {
				t.Errorf("SPNEGO %d, a proxy for Qlik %t", e.SPNEGO, forBackend)
			}
		})
	}
}

// TestLesserRights: what only administrators may read takes nothing else with it.
func TestLesserRights(t *testing.T) {
	m := healthy()
	m.denied = map[string]error{
		`HKU\S-1-5-20\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`: errors.New("access is denied"),
		"pac": errors.New("access is denied"),
	}
	if why := run(t, options(m)).Missing(fact.SectionProxy); why != "" {
		t.Errorf("the way out is unread: %s", why)
	}
}

// TestWindows11 has a name of its own, which its registry does not know.
func TestWindows11(t *testing.T) {
	m := healthy()
	const key = `SOFTWARE\Microsoft\Windows NT\CurrentVersion\`
	m.texts[key+"ProductName"], m.texts[key+"CurrentBuildNumber"] = "Windows 10 Pro", "26100"
	if e := run(t, options(m)); e.OSName != "Windows 11 Pro" || e.OSBuild != 26100 {
		t.Errorf("got %s %d", e.OSName, e.OSBuild)
	}
}

// TestStoppedSynchronisation says that, and not that a command failed.
func TestStoppedSynchronisation(t *testing.T) {
	m := healthy()
	m.services["ADSync"] = collect.Service{Service: fact.Service{Name: "ADSync", State: "stopped", Start: "automatic"}, Program: syncProgram}
	if why := run(t, options(m)).Missing(fact.SectionSync); !strings.Contains(why, "ADSync is stopped") {
		t.Errorf("got %q", why)
	}
}
