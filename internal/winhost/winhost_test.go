package winhost_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

var _ connector.Host = (*winhost.Hosts)(nil)

func sample() fact.HostEvidence {
	return fact.HostEvidence{
		Host:      "conn01.contoso.test",
		Collected: time.Date(2026, 11, 21, 20, 30, 0, 0, time.UTC),
		Tool:      "1.4.0",
		Services: []fact.Service{
			{Name: "WAPCSvc", Display: "Microsoft Entra private network connector", State: "running", Start: "automatic (delayed)", Account: `NT AUTHORITY\NETWORK SERVICE`},
		},
		OSName: "Windows Server 2022 <Datacenter> & more", OSBuild: 20348, DotNet: 528449, Version: "1.5.4892.0",
		TLS12Client: -1, HTTP2: 0, Domain: "contoso.test", DomainJoined: true, SecureOK: true,
		ClockSkew: -1250 * time.Millisecond, SPNEGO: -1,
		Egress: []fact.Egress{{Host: "login.microsoftonline.com", Port: 443, Reached: true, Issuer: "DigiCert"}},
	}
}

func TestWriteReadRoundTrip(t *testing.T) {
	tests := []struct {
		name   string
		change func(*fact.HostEvidence)
	}{
		{"as it is", func(*fact.HostEvidence) {}},
		{"TLS 1.2 off", func(e *fact.HostEvidence) { e.TLS12Client = 0 }},
		{"TLS 1.2 on", func(e *fact.HostEvidence) { e.TLS12Client = 1 }},
		{"TLS 1.2 off for servers", func(e *fact.HostEvidence) { e.TLS12ServerOff = true }},
		{"HTTP/2 not set", func(e *fact.HostEvidence) { e.HTTP2 = -1 }},
		{"SPNEGO on", func(e *fact.HostEvidence) { e.SPNEGO = 1 }},
		{"nothing runs", func(e *fact.HostEvidence) { e.Services, e.Egress = nil, nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := sample()
			tt.change(&want)
			path := filepath.Join(t.TempDir(), "conn01.json")
			if err := winhost.Write(path, want, winhost.Origin{Site: "contoso", Simulated: true}); err != nil {
				t.Fatal(err)
			}
			got, origin, err := winhost.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			want.File = path
			if d := cmp.Diff(want, got, cmpopts.IgnoreFields(fact.HostEvidence{}, "Sections")); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(winhost.Origin{Site: "contoso", Simulated: true}, origin); d != "" {
				t.Error(d)
			}
		})
	}
}

// The seal is part of the contract with other writers, so it is pinned here
// against values that were computed by other means (Python's json and hashlib).
const foreign = `{"schema":"sensegate/evidence/v1","tool":"other","host":"conn01","site":"","collected":"2026-11-21T20:30:00Z","simulated":false,
 "facts":{"spnego":1,"os":{"name":"Windows","build":20348},"extra":"<kept & hashed>"},
 "sections":{"extra":"ea787bc30d7e97b97dfcf50526ac999f8d745785a323c693522f51251d3e6e5f",
  "os":"adaeae70b5e5509b236f8ff0c8c590c87f2f64c98f8a2e89c8aa8c3b4534d059",
  "spnego":"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"},
 "sha256":"ebb45e9f5a391433b2b9449e73086d4be1183fff6a920ffb5f0a87bde3ab0f9f"}`

func TestParse(t *testing.T) {
	tests := []struct {
		name, from, to, want string
	}{
		{"good", "", "", ""},
		{"newer schema", "evidence/v1", "evidence/v2", "newer than this program"},
		{"other schema", "sensegate/evidence/v1", "nmap", "not sensegate/evidence/v1"},
		{"odd schema", "evidence/v1", "evidence/vX", "not known"},
		{"no host", `"host":"conn01"`, `"host":""`, "no host name"},
		{"escape in host", `"host":"conn01"`, `"host":"a\u001b[2J"`, "no host name"},
		{"no date", `"collected":"2026-11-21T20:30:00Z",`, "", "collected is missing"},
		{"bad date", "2026-11-21T20:30:00Z", "yesterday", "decoding"},
		{"changed facts", "20348", "20349", "section os was changed after it was written"},
		{"a section taken out", `"spnego":1,`, "", "section spnego is missing"},
		{"a section added", `"spnego":1`, `"spnego":1,"winhttp":{}`, "section winhttp was added"},
		{"another host", `"host":"conn01"`, `"host":"conn02"`, "the head"},
		{"a newer time", "20:30:00Z", "20:31:00Z", "the head"},
		{"another site", `"site":""`, `"site":"contoso"`, "the head"},
		{"real instead of simulated", `"simulated":false`, `"simulated":true`, "the head"},
		{"no seal", `"sha256":"e`, `"other":"e`, "no seal"},
		{"cut off", `"sha256":"ebb45e9f5a391433b2b9449e73086d4be1183fff6a920ffb5f0a87bde3ab0f9f"}`, "", "decoding"},
		{"redacted by hand", `{"name":"Windows","build":20348}`, `"redacted"`, ""},
		{"in UTF-8 with a mark", `{"schema"`, "\ufeff{\"schema\"", ""},
		{"no facts", `"facts":`, `"other":`, "facts are missing"},
		{"wrong type", `"tool":"other"`, `"tool":7`, "decoding"},
		{"trailing text", `"tool":"other"`, `"tool":"other"}{`, "something follows"},
		{"not UTF-8", "other", "\xff\xfe", "not UTF-8"},
		{"too large", "other", strings.Repeat("x", 1<<20), "larger than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := winhost.Parse([]byte(strings.Replace(foreign, tt.from, tt.to, 1)))
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, e fact.HostEvidence, simulated bool) string {
		path := filepath.Join(dir, name)
		if err := winhost.Write(path, e, winhost.Origin{Simulated: simulated}); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old, fresh, lab := sample(), sample(), sample()
	fresh.Collected = fresh.Collected.Add(time.Hour)
	fresh.Host = "CONN01.contoso.test"
	lab.Host = "conn02.contoso.test"
	files := []string{write("old", old, false), write("fresh", fresh, false), write("lab", lab, true)}
	broken := filepath.Join(dir, "broken")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		site  site.Site
		host  string
		kind  fact.ErrorKind
		found time.Time
	}{
		{"newest wins", site.Site{Evidence: files}, "conn01.contoso.test", 0, fresh.Collected},
		{"short name", site.Site{Evidence: files}, "conn01", 0, fresh.Collected},
		{"other domain", site.Site{Evidence: files}, "conn01.fabrikam.test", fact.NotFound, time.Time{}},
		{"simulated on a real site", site.Site{Evidence: files}, "conn02.contoso.test", fact.Refused, time.Time{}},
		{"simulated on the lab", site.Site{Simulated: true, Evidence: files}, "conn02.contoso.test", 0, lab.Collected},
		{"nothing collected", site.Site{}, "conn01", fact.NotFound, time.Time{}},
		{"a broken file does not hide the others", site.Site{Evidence: append([]string{broken}, files...)}, "conn01", 0, fresh.Collected},
		{"only a broken file", site.Site{Evidence: []string{broken}}, "conn01", fact.Refused, time.Time{}},
		{"a missing file", site.Site{Evidence: []string{filepath.Join(dir, "nowhere")}}, "conn01", fact.Refused, time.Time{}},
		{"a folder", site.Site{Evidence: []string{dir}}, "conn01", fact.Refused, time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := winhost.NewHosts(tt.site).Host(t.Context(), tt.host)
			if tt.kind != 0 {
				var e *fact.Error
				if !errors.As(err, &e) || e.Kind != tt.kind {
					t.Fatalf("got %v, want kind %d", err, tt.kind)
				}
				return
			}
			if err != nil || !got.Collected.Equal(tt.found) {
				t.Errorf("got %v, %v", got.Collected, err)
			}
		})
	}
}

func TestWriteKeepsTheOldFileWhenTheNewIsWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.json")
	if err := winhost.Write(path, sample(), winhost.Origin{}); err != nil {
		t.Fatal(err)
	}
	wrong := sample()
	wrong.Host = "not a host"
	if err := winhost.Write(path, wrong, winhost.Origin{}); err == nil {
		t.Fatal("a wrong host was written")
	}
	if _, _, err := winhost.Read(path); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	good, err := winhost.Encode(sample(), winhost.Origin{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(foreign))
	f.Add([]byte(`{"schema":"sensegate/evidence/v1","facts":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, origin, err := winhost.Parse(raw)
		if err != nil {
			return
		}
		if strings.ContainsAny(e.OSName+e.Tool+e.Version+origin.Site, "\x1b\r\n\x00") {
			t.Errorf("control characters came through: %+v", e)
		}
		if _, err := winhost.Encode(e, origin); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
