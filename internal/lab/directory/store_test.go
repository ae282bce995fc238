package directory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
)

func newStore(t *testing.T) *directory.Store {
	t.Helper()
	s, err := directory.NewStore(func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestUnfinished(t *testing.T) {
	s := newStore(t)
	if got := s.BySPN(contoso.SPN); len(got) != 0 {
		t.Errorf("%s is held by %v", contoso.SPN, got)
	}
	for _, h := range contoso.Connectors() {
		a, ok := s.Find(h.Account)
		if !ok || a.TrustedToAuth || len(a.DelegateTo) > 0 || a.Disabled {
			t.Errorf("%s: %+v", h.Account, a)
		}
	}
	qlik, ok := s.Find("qlik")
	if !ok || len(qlik.SPNs) > 0 || len(qlik.ActOnBehalf) > 0 || qlik.EncryptionTypes != 24 {
		t.Errorf("qlik: %+v", qlik)
	}
}

func TestFind(t *testing.T) {
	s := newStore(t)
	tests := []struct{ name, who, want string }{
		{"account name", "alice", "alice"},
		{"other letters", "ALICE", "alice"},
		{"principal name", "alice@contoso.test", "alice"},
		{"implicit principal name", "CONN01$@CONTOSO.TEST", "CONN01$"},
		{"computer", "CONN01$", "CONN01$"},
		{"computer without its mark", "conn01", "CONN01$"},
		{"with the domain", `contoso\qlik`, "qlik"},
		{"distinguished name", "CN=Alice Example,OU=Staff,DC=contoso,DC=test", "alice"},
		{"ticket granting account", "krbtgt", "krbtgt"},
		{"a group is no account", "Finance", ""},
		{"another realm", "alice@fabrikam.test", ""},
		{"nobody", "nobody", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, ok := s.Find(tt.who)
			if a.SAM != tt.want || ok != (tt.want != "") {
				t.Errorf("found %q, %v", a.SAM, ok)
			}
		})
	}
}

func TestBySPN(t *testing.T) {
	s := newStore(t)
	if err := s.Update(func(tx *directory.Tx) error {
		return errors.Join(
			tx.Add("svc-backup", "servicePrincipalName", "HTTP/twice.contoso.test"),
			tx.Add("svc-sql", "servicePrincipalName", "http/TWICE.contoso.test"),
		)
	}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, spn string
		want      []string
	}{
		{"literal", "HTTP/intranet", []string{"svc-intranet"}},
		{"other letters", "http/INTRANET", []string{"svc-intranet"}},
		{"a duplicate", "HTTP/twice.contoso.test", []string{"svc-sql", "svc-backup"}},
		{"HOST stands for HTTP", "HTTP/qlik01.contoso.test", []string{"QLIK01$"}},
		{"HOST stands not for every class", "MSSQLSvc/qlik01.contoso.test", nil},
		{"a port is part of the name", "HTTP/intranet:4244", nil},
		{"nobody", "HTTP/sense.contoso.test", nil},
		{"not a name", "garbage", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, a := range s.BySPN(tt.spn) {
				got = append(got, a.SAM)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	t.Run("an explicit name wins over HOST", func(t *testing.T) {
		if err := s.Update(func(tx *directory.Tx) error {
			return tx.Add("qlik", "servicePrincipalName", "HTTP/qlik01.contoso.test")
		}); err != nil {
			t.Fatal(err)
		}
		if got := s.BySPN("HTTP/qlik01.contoso.test"); len(got) != 1 || got[0].SAM != "qlik" {
			t.Errorf("held by %v", got)
		}
	})
	t.Run("the list of the forest counts", func(t *testing.T) {
		if err := s.Update(func(tx *directory.Tx) error {
			return tx.Set("CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,"+contoso.BaseDN, "sPNMappings", "host=cifs,rpc")
		}); err != nil {
			t.Fatal(err)
		}
		if got := s.BySPN("HTTP/conn01.contoso.test"); len(got) != 0 {
			t.Errorf("held by %v", got)
		}
	})
}

func TestAccountFlags(t *testing.T) {
	tests := []struct {
		name   string
		change func(*directory.Tx) error
		who    string
		holds  func(directory.Account) bool
	}{
		{"disabled", func(tx *directory.Tx) error { return tx.SetFlag("alice", directory.AccountDisabled, true) }, "alice", func(a directory.Account) bool { return a.Disabled }},
		{"sensitive", func(tx *directory.Tx) error { return tx.SetFlag("alice", directory.NotDelegated, true) }, "alice", func(a directory.Account) bool { return a.Sensitive }},
		{"sensitive no more", func(tx *directory.Tx) error { return tx.SetFlag("cfo", directory.NotDelegated, false) }, "cfo", func(a directory.Account) bool { return !a.Sensitive }},
		{"protected through a group", func(tx *directory.Tx) error { return tx.SetMember("Protected Users", "Qlik users", true) }, "alice", func(a directory.Account) bool { return a.ProtectedUser }},
		{"protocol transition", func(tx *directory.Tx) error { return tx.SetFlag("CONN01$", directory.TrustedToAuthForDelegat, true) }, "conn01", func(a directory.Account) bool { return a.TrustedToAuth && !a.TrustedForDelegation }},
		{"delegation list", func(tx *directory.Tx) error { return tx.Set("CONN01$", "msDS-AllowedToDelegateTo", contoso.SPN) }, "conn01", func(a directory.Account) bool { return slices.Equal(a.DelegateTo, []string{contoso.SPN}) }},
		{"resource-based", func(tx *directory.Tx) error { return tx.AllowToActOnBehalf("qlik", "CONN01$", "CONN02$") }, "qlik", func(a directory.Account) bool { return slices.Equal(a.ActOnBehalf, []string{"CONN01$", "CONN02$"}) }},
		{"resource-based through a group", func(tx *directory.Tx) error { return tx.AllowToActOnBehalf("qlik", "Finance") }, "qlik", func(a directory.Account) bool { return slices.Contains(a.ActOnBehalf, "bob") }},
		{"resource-based withdrawn", func(tx *directory.Tx) error { return tx.AllowToActOnBehalf("qlik") }, "qlik", func(a directory.Account) bool { return len(a.ActOnBehalf) == 0 }},
		{"token groups withheld", func(tx *directory.Tx) error { return tx.WithholdTokenGroups("alice", true) }, "alice", func(a directory.Account) bool { return a.TokenGroupsUnreadable }},
		{"keys without AES", func(tx *directory.Tx) error { return tx.KeepOldKeys("qlik") }, "qlik", func(a directory.Account) bool { return a.OldKeys }},
		{"keys with AES again", func(tx *directory.Tx) error {
			return errors.Join(tx.KeepOldKeys("qlik"), tx.SetPassword("qlik", "Practice-Qlik-2"))
		}, "qlik", func(a directory.Account) bool { return !a.OldKeys && a.KVNO == 3 && a.Password == "Practice-Qlik-2" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t)
			if err := s.Update(tt.change); err != nil {
				t.Fatal(err)
			}
			if a, ok := s.Find(tt.who); !ok || !tt.holds(a) {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestSalt(t *testing.T) {
	s := newStore(t)
	for who, want := range map[string]string{
		"alice": "CONTOSO.TESTalice", "CONN01$": "CONTOSO.TESThostconn01.contoso.test",
	} {
		if a, _ := s.Find(who); a.Salt != want {
			t.Errorf("%s: %q, want %q", who, a.Salt, want)
		}
	}
}

func TestUpdateIsAtomic(t *testing.T) {
	s := newStore(t)
	stop := errors.New("stop")
	err := s.Update(func(tx *directory.Tx) error {
		if err := errors.Join(
			tx.Set("alice", "description", "changed"),
			tx.SetPassword("alice", "other"),
			tx.Create("CN=New,OU=Staff,"+contoso.BaseDN, map[string][]string{"objectClass": {"user"}}),
			tx.SetMember("Finance", "New", true),
			tx.Delete("bob"),
		); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if got := s.Values("alice", "description"); len(got) > 0 {
		t.Errorf("description %v", got)
	}
	if a, _ := s.Find("alice"); a.Password != contoso.TestUser().Password || a.KVNO != 2 {
		t.Errorf("password of alice changed: %+v", a)
	}
	if _, ok := s.Find("New"); ok {
		t.Error("the new account stayed")
	}
	if _, ok := s.Find("bob"); !ok {
		t.Error("bob is gone")
	}
	if got := s.Values("Finance", "member"); len(got) != 3 {
		t.Errorf("finance has %v", got)
	}
	for name, wrong := range map[string]func(*directory.Tx) error{
		"unknown attribute": func(tx *directory.Tx) error { return tx.Set("alice", "noSuchThing", "1") },
		"unknown account":   func(tx *directory.Tx) error { return tx.Set("nobody", "description", "1") },
		"taken name": func(tx *directory.Tx) error {
			return tx.Create("cn=alice  example, ou=staff,"+contoso.BaseDN, map[string][]string{"objectClass": {"user"}})
		},
		"not empty": func(tx *directory.Tx) error { return tx.Delete("OU=Staff," + contoso.BaseDN) },
	} {
		if s.Update(wrong) == nil {
			t.Errorf("%s went through", name)
		}
	}
	if err := s.View(func(tx *directory.Tx) error { return tx.Set("alice", "description", "x") }); err == nil {
		t.Error("a reader changed the directory")
	}
}
