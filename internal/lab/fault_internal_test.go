package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/qlik"
)

// fingerprint is everything in a lab that a fault may change.
func fingerprint(t *testing.T, l *Lab) map[string]string {
	t.Helper()
	out := map[string]string{"clock": strconv.FormatBool(l.dcClock.now().Sub(l.clock()).Round(clockAhead) > 0)}
	put := func(key string, v any) {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out[key] = string(raw)
	}
	l.entra.View(func(s *entra.State) {
		put("tenant", s)
		if a := ours(s); a != nil && a.Publishing != nil {
			put("certificate", a.Publishing.Certificate)
		}
	})
	l.qlik.View(func(s *qlik.State) {
		put("qlik site", []any{s.VirtualProxies, s.ProxyServices, s.Nodes, s.License, s.SessionLimit, s.Faults, s.Release, s.Users})
	})
	put("proxy", l.proxy.View())
	put("log", l.qlik.Audit())
	keytab, err := os.ReadFile(l.file(keytabOf(contoso.ServiceAccount)))
	if err != nil {
		t.Fatal(err)
	}
	put("keytab", keytab)
	put("tickets", l.kdc.View())
	put("names", l.dns.View())
	for _, name := range []string{"admin", "alice", "krbtgt", "qlik", "QLIK01$", "CONN01$", "CONN02$", "PRINT01$", "svc-intranet", "former", "gmsa-sense$"} {
		a, ok := l.store.Find(name)
		put(name, []any{ok, a})
	}
	put("conn03", l.store.Values("CONN03$", "servicePrincipalName"))
	put("print01", l.store.Values("PRINT01$", "dNSHostName"))
	put("readers", l.store.Values("Pre-Windows 2000 Compatible Access", "member"))
	put("administrators", l.store.Values("Domain Admins", "member"))
	out["directory"] = fmt.Sprintf("%+v %s", l.ldap.View(), l.qlikClock.now().Sub(l.clock()).Round(time.Minute))
	machines := []string{contoso.QlikNode, syncServer}
	for _, h := range contoso.Connectors() {
		machines = append(machines, h.Name)
	}
	for _, name := range machines {
		raw, err := os.ReadFile(l.hosts.path(name))
		if err != nil {
			t.Fatal(err)
		}
		var doc evidence
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		out[name] = doc.SHA256 + " of " + doc.Collected
	}
	return out
}

// TestEveryFaultChangesTheLab sets them on one lab for each stage, last first:
// an earlier one may take away what a later one changes.
func TestEveryFaultChangesTheLab(t *testing.T) {
	for _, stage := range []string{"", customVariant, "microsoft-client", "assigned-besides", "old-release", twoDomains, colleagueVerifies, secondName} {
		t.Run("stage "+stage, func(t *testing.T) { changesTheLab(t, stage) })
	}
}

func changesTheLab(t *testing.T, stage string) {
	t.Helper()
	o := Options{Finished: true}
	if stage != "" {
		o.Variants = []string{stage}
	}
	l, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	before := fingerprint(t, l)
	for _, f := range slices.Backward(traps()) {
		if strings.Join(f.On, "") != stage {
			if stage == "" && l.Break(f.ID) == nil {
				t.Errorf("%s: it was set where there is no %v", f.ID, f.On)
			}
			continue
		}
		if err := l.Break(f.ID); err != nil {
			t.Errorf("%s: %v", f.ID, err)
		}
		after := fingerprint(t, l)
		if cmp.Equal(before, after) {
			t.Errorf("%s: nothing changed", f.ID)
		}
		before = after
	}
}

func TestFaultsAreDescribed(t *testing.T) {
	steps := []string{"site", "sync", "connector", "app", "allowlist", "spn", "kerberos", "delegation", "sso", "verify"}
	seen := map[string]bool{}
	last := 0
	for _, f := range Faults() {
		if seen[f.ID] {
			t.Errorf("%s is there twice", f.ID)
		}
		seen[f.ID] = true
		at := 0
		for i, s := range steps {
			if s == f.Step {
				at = i
			}
		}
		if at < last {
			t.Errorf("%s is out of order", f.ID)
		}
		last = at
		if !strings.HasPrefix(f.Check, f.Step+".") || !strings.HasPrefix(f.Cause, f.Step+".") {
			t.Errorf("%s: check %s and cause %s are not of step %s", f.ID, f.Check, f.Cause, f.Step)
		}
		if f.Title == "" || f.Note == "" || strings.HasSuffix(f.Title, ".") {
			t.Errorf("%s: title %q, note %q", f.ID, f.Title, f.Note)
		}
	}
	if len(seen) < 50 {
		t.Errorf("%d faults", len(seen))
	}
}

func TestUnknownFault(t *testing.T) {
	for _, tc := range []struct {
		id   string
		want []string
	}{
		{"spn-mising", []string{"spn-missing"}},
		{"delegation", []string{"delegation-ghost", "delegation-extra", "delegation-anyone"}},
		{"zzzzzz", nil},
	} {
		t.Run(tc.id, func(t *testing.T) {
			_, err := Start(t.Context(), Options{Faults: []string{tc.id}})
			unknown, ok := errors.AsType[*UnknownFaultError](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if d := cmp.Diff(tc.want, unknown.Nearest); d != "" {
				t.Error(d)
			}
			if !strings.Contains(err.Error(), tc.id) {
				t.Error(err)
			}
		})
	}
}

func TestServiceKeysAreThoseOfTheStart(t *testing.T) {
	l, err := Start(t.Context(), Options{Finished: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	before, err := l.service.key(kdc.AES256, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Break("service-password-changed"); err != nil {
		t.Fatal(err)
	}
	after, err := l.service.key(kdc.AES256, 0)
	if err != nil || !cmp.Equal(before, after) {
		t.Errorf("the running service learned the new password: %v", err)
	}
	l.service.adopt(l.store)
	if now, err := l.service.key(kdc.AES256, 0); err != nil || cmp.Equal(before, now) {
		t.Errorf("a restarted service still has the old key: %v", err)
	}
}
