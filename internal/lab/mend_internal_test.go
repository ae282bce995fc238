package lab

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/qlik"
)

// TestEveryFaultCanBeTakenBack plays each fault on a finished lab, takes it
// back, and looks whether anything is left of it.
func TestEveryFaultCanBeTakenBack(t *testing.T) {
	l, err := Start(t.Context(), Options{Finished: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	changes := 0
	var elsewhere []string
	for _, f := range Faults() {
		if len(f.On) > 0 {
			continue // played on a variant from the start
		}
		t.Run(f.ID, func(t *testing.T) {
			before := look(l)
			mend, err := l.Play(f.ID)
			if err != nil {
				t.Fatal(err)
			}
			err = mend()
			if errors.Is(err, errElsewhere) {
				elsewhere = append(elsewhere, f.ID)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			changes++
			if d := cmp.Diff(before, look(l), sameLook()...); d != "" {
				t.Errorf("not as it was (-was +is):\n%s", d)
			}
			if err := mend(); err != nil {
				t.Errorf("the second time: %v", err)
			}
		})
	}
	if changes < 50 || len(elsewhere) > changes/10 {
		t.Errorf("%d faults were taken back; in files and logs are %v", changes, elsewhere)
	}
}

// looks is everything that a fault may change, as values.
type looks struct {
	Tenant    entra.State
	Site      qlik.State
	Proxy     appproxy.State
	Hosts     map[string]hostFacts
	Others    map[string]otherFacts
	Offset    time.Duration
	Unheard   int
	Tickets   kdc.State
	Service   kdc.Account
	Keytab    []byte
	Directory map[string]map[string][]string
}

func look(l *Lab) looks {
	m := l.memory()
	out := looks{Tenant: m.tenant, Site: m.site, Proxy: m.proxy, Hosts: m.hosts, Others: m.others, Offset: m.offset, Unheard: m.unheard, Tickets: m.tickets, Service: m.service, Keytab: m.keytab, Directory: map[string]map[string][]string{}}
	_ = l.store.View(func(tx *directory.Tx) error {
		for _, who := range []string{contoso.ServiceAccount, contoso.QlikServer().Account, "svc-intranet", "alice", "krbtgt", "CONN01$", "CONN02$", "CONN03$"} {
			e, ok := tx.Find(who)
			if !ok {
				continue
			}
			attrs := map[string][]string{}
			for _, a := range []string{"servicePrincipalName", "msDS-AllowedToDelegateTo", "userAccountControl", "msDS-SupportedEncryptionTypes", "pwdLastSet", "memberOf", "userPrincipalName", "sAMAccountName", "msDS-AllowedToActOnBehalfOfOtherIdentity"} {
				attrs[a] = e.Values(a)
			}
			out.Directory[who] = attrs
		}
		return nil
	})
	return out
}

func sameLook() []cmp.Option {
	return []cmp.Option{
		cmpopts.IgnoreUnexported(entra.State{}, qlik.State{}),
		cmpopts.EquateEmpty(),
		cmp.Exporter(func(reflect.Type) bool { return true }),
	}
}

// TestAFaultIsTakenBackAndNothingElse changes something else in between.
func TestAFaultIsTakenBackAndNothingElse(t *testing.T) {
	l, err := Start(t.Context(), Options{Finished: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	mend, err := l.Play("app-internal-url")
	if err != nil {
		t.Fatal(err)
	}
	l.entra.Update(func(s *entra.State) { ours(s).DisplayName = "renamed since" })
	if err := mend(); err != nil {
		t.Fatal(err)
	}
	l.entra.View(func(s *entra.State) {
		a := ours(s)
		if a.DisplayName != "renamed since" || a.Publishing.InternalURL != "https://"+contoso.QlikHost+"/" {
			t.Errorf("%q leads to %q", a.DisplayName, a.Publishing.InternalURL)
		}
	})
}

// TestAFaultThatWaitsIsForgotten: what was not there yet is not broken later.
func TestAFaultThatWaitsIsForgotten(t *testing.T) {
	l, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	mend, err := l.Play("app-internal-url")
	if err != nil {
		t.Fatal(err)
	}
	if err := mend(); err != nil {
		t.Fatal(err)
	}
	if err := l.SetUp(); err != nil {
		t.Fatal(err)
	}
	l.entra.View(func(s *entra.State) {
		if got := ours(s).Publishing.InternalURL; got != "https://"+contoso.QlikHost+"/" {
			t.Errorf("it was broken later: %q", got)
		}
	})
}
