package ad_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	kerberoschecks "sensegate/checks/kerberos"
	"sensegate/internal/fact"
	"sensegate/internal/kerberos"
	"sensegate/internal/pasted"
	"sensegate/internal/site"
)

// TestTicket asks the real KDC, presents the ticket to the real web server and
// compares with what MIT's and curl's people get.
func TestTicket(t *testing.T) {
	d := startDC(t)
	d.change(t, set(qlikAccount, "servicePrincipalName", webSPN))
	startApache(t, d.ca, d.keytab(t, webSPN), front{})
	w := open(t, d, nil)

	tk, err := w.kerberos.ServiceTicket(t.Context(), webSPN)
	if err != nil {
		t.Fatal(err)
	}
	d.must(t, secretOf(alice)+"\n", "kinit", alice)
	out := d.must(t, "", "kvno", "-k", d.keytab(t, webSPN), webSPN)
	if want := "kvno = "; !strings.Contains(out, want) || tk.ETypeName != "aes256-cts-hmac-sha1-96" || tk.KeyVersion == 0 {
		t.Errorf("%+v; kvno says %s", tk, out)
	}
	session, err := w.kerberos.Negotiate(t.Context(), w.site.Publish.InternalURL, webSPN)
	if err != nil {
		t.Fatal(err)
	}
	if session.UserID != alice || !session.Mutual || session.Mechanism != "spnego-kerberos" {
		t.Errorf("%+v", session)
	}
	out = d.must(t, "", "curl", "-sSv", "--fail", "--negotiate", "-u", ":", "--cacert", d.path("tls", "ca.pem"), "https://"+webHost+"/qps/user")
	tokens := sentTokens(t, out)
	if !strings.Contains(out, `"userId":"alice"`) || len(tokens) == 0 || tokens[0].Mechanism != "kerberos" || tokens[0].ID != kerberos.IDAPRequest {
		t.Errorf("curl sends %+v and sees %s", tokens, out)
	}
}

// TestStaleKey is a service whose password was changed in the directory only.
func TestStaleKey(t *testing.T) {
	d := startDC(t)
	d.change(t, set(qlikAccount, "servicePrincipalName", webSPN))
	old := d.keytab(t, webSPN)
	d.setPassword(t, qlikAccount, "Another-Pass-2")
	startApache(t, d.ca, old, front{})
	w := open(t, d, nil)
	_, err := w.kerberos.Negotiate(t.Context(), w.site.Publish.InternalURL, webSPN)
	if checks.KindOf(err) != fact.Refused {
		t.Errorf("a ticket for the new key was taken with the old one: %v", err)
	}
	d.must(t, secretOf(alice)+"\n", "kinit", alice)
	out, _ := d.client(t, "", "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--negotiate", "-u", ":", "--cacert", d.path("tls", "ca.pem"), "https://"+webHost+"/qps/user")
	if out != "401" {
		t.Errorf("curl gets %s", out)
	}
}

// TestOnlyNTLM is a web server that says Negotiate and means NTLM, and another
// client that answers it with NTLM inside SPNEGO. Both are told apart.
func TestOnlyNTLM(t *testing.T) {
	d := startDC(t)
	d.change(t, set(qlikAccount, "servicePrincipalName", webSPN))
	startApache(t, d.ca, d.keytab(t, webSPN), front{mech: "ntlmssp"})
	w := open(t, d, nil)
	session, err := w.kerberos.Negotiate(t.Context(), w.site.Publish.InternalURL, webSPN)
	if session.Mechanism != "ntlm" || session.UserID != "" || checks.CodeOf(err) != kerberos.CodeOtherMechanism {
		t.Errorf("%+v, %v", session, err)
	}
	got := w.judge(t, kerberoschecks.Checks(kerberoschecks.Ports{Tickets: w.kerberos}), "kerberos.accepted")["kerberos.accepted"]
	if got.Status != checks.Waiting && got.Cause != "kerberos.ntlm-fallback" {
		t.Errorf("%+v", got)
	}
	users := filepath.Join(t.TempDir(), "ntlm")
	if err := os.WriteFile(users, []byte(netbios+":"+alice+":"+secretOf(alice)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.env = append(d.env, "NTLM_USER_FILE="+users)
	out, _ := d.client(t, "", "curl", "-sSv", "--negotiate", "-u", netbios+`\`+alice+":"+secretOf(alice), "--cacert", d.path("tls", "ca.pem"), "https://"+webHost+"/qps/user")
	tokens := sentTokens(t, out)
	if len(tokens) == 0 || tokens[0].Mechanism != "ntlm" || tokens[0].Kind != kerberos.SPNEGOInit {
		t.Errorf("curl without a ticket sent %+v\n%s", tokens, out)
	}
}

// sentTokens are the tokens in the request headers that curl -v shows.
func sentTokens(t *testing.T, out string) []kerberos.Token {
	t.Helper()
	var tokens []kerberos.Token
	for line := range strings.Lines(out) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "> Authorization: ")
		if !ok {
			continue
		}
		token, err := kerberos.DecodeToken(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		tokens = append(tokens, token)
	}
	return tokens
}

// TestServiceKeytab opens the ticket with keytabs that samba-tool exported: of
// the account as it is, from before its password was set, and of another.
func TestServiceKeytab(t *testing.T) {
	d := startDC(t)
	d.change(t, set(qlikAccount, "servicePrincipalName", webSPN))
	ofName, ofAccount, ofOther := d.keytab(t, webSPN), d.keytab(t, qlikAccount), d.keytab(t, intranet)
	judge := func(keytab string) checks.Result {
		w := open(t, d, func(s *site.Site, _ map[string]string) { s.Kerberos.ServiceKeytab = keytab })
		return w.ask(t, kerberoschecks.Checks(kerberoschecks.Ports{Tickets: w.kerberos}), "kerberos.opens")
	}
	for name, keytab := range map[string]string{"of the name": ofName, "of the account": ofAccount} {
		if r := judge(keytab); r.Status != checks.Pass || !strings.Contains(r.Seen, alice) {
			t.Errorf("%s: %s %s: %s %v", name, r.Status, r.Cause, r.Seen, r.Evidence)
		}
	}
	if r := judge(ofOther); r.Cause != "kerberos.keytab-stale" || !strings.Contains(r.Seen, "no key of "+qlikAccount) {
		t.Errorf("of another account: %s %s: %s", r.Status, r.Cause, r.Seen)
	}
	d.setPassword(t, qlikAccount, "Another-Pass-2")
	if r := judge(ofName); r.Cause != "kerberos.keytab-stale" || !strings.Contains(r.Seen, "key version") {
		t.Errorf("from before: %s %s: %s %v", r.Status, r.Cause, r.Seen, r.Evidence)
	}
	if r := judge(d.keytab(t, qlikAccount)); r.Status != checks.Pass {
		t.Errorf("exported again: %s %s: %s", r.Status, r.Cause, r.Seen)
	}
	// MIT's kvno opens it with the same keytab, and not with the old one.
	d.must(t, secretOf(alice)+"\n", "kinit", alice)
	d.must(t, "", "kvno", "-k", d.keytab(t, webSPN), webSPN)
	if out, code := d.client(t, "", "kvno", "-k", ofName, webSPN); code == 0 {
		t.Errorf("kvno opened it with the old keytab: %s", out)
	}
}

// TestPastedVisit judges what a real curl says of its visits: with a ticket,
// with NTLM inside of SPNEGO, and with a ticket that the server cannot open.
func TestPastedVisit(t *testing.T) {
	d := startDC(t)
	d.change(t, set(qlikAccount, "servicePrincipalName", webSPN))
	old := d.keytab(t, webSPN)
	w := open(t, d, nil)
	list := kerberoschecks.Checks(kerberoschecks.Ports{})
	proof := list[slices.IndexFunc(list, func(c checks.Check) bool { return c.ID == "kerberos.accepted" })].Proof
	env := checks.NewEnv(w.site, time.Now, nil)
	long := regexp.MustCompile("(Negotiate [A-Za-z0-9+/]{160})[A-Za-z0-9+/=]*|(Cookie: |qlikTicket=).*")
	visit := func(t *testing.T, user string) (whole, cut string) {
		t.Helper()
		out, _ := d.client(t, "", "curl", "-sSvL", "-c", "/dev/null", "--negotiate", "-u", user, "-A", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "--cacert", d.path("tls", "ca.pem"),
			"-o", "/dev/null", "https://"+webHost+"/hub/", "https://"+webHost+"/qps/user")
		whole = pasted.Head + " " + time.Now().Format(time.RFC3339) + " PC17\n" + pasted.Ask + " curl https://" + webHost + "/\n" + out + "\n" + pasted.End + "\n"
		return whole, long.ReplaceAllString(whole, "$1$2")
	}
	for _, tt := range []struct {
		name, user string
		serve      func(t *testing.T)
		status     checks.Status
		cause      checks.CauseID
	}{
		{"a ticket", ":", func(t *testing.T) { startApache(t, d.ca, d.keytab(t, webSPN), front{}) }, checks.Pass, ""},
		{"NTLM inside", netbios + `\` + alice + ":" + secretOf(alice), func(t *testing.T) { startApache(t, d.ca, d.keytab(t, webSPN), front{mech: "ntlmssp"}) }, checks.Fail, "kerberos.ntlm-fallback"},
		{"a key that is old", ":", func(t *testing.T) {
			d.setPassword(t, qlikAccount, "Another-Pass-2")
			startApache(t, d.ca, old, front{})
		}, checks.Fail, "kerberos.refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.serve(t)
			if tt.user == ":" {
				d.must(t, secretOf(alice)+"\n", "kinit", alice)
			} else {
				users := filepath.Join(t.TempDir(), "ntlm")
				if err := os.WriteFile(users, []byte(netbios+":"+alice+":"+secretOf(alice)+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				before := d.env
				d.env = append(slices.Clone(d.env), "NTLM_USER_FILE="+users)
				defer func() { d.env = before }()
			}
			whole, cut := visit(t, tt.user)
			r, err := proof.Judge(t.Context(), env, []string{cut})
			if err != nil || r.Status != tt.status || r.Cause != tt.cause || r.Row(checks.LineEvidence) == "" {
				t.Fatalf("%v %s %s: %s\n%v\n%s", err, r.Status, r.Cause, r.Seen, r.Evidence, cut)
			}
			if whole == cut {
				return // NTLM's messages are short
			}
			if _, err := proof.Judge(t.Context(), env, []string{whole}); err == nil || !strings.Contains(err.Error(), "whole ticket") {
				t.Errorf("a whole ticket was taken: %v", err)
			}
		})
	}
}
