package steps_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
	"sensegate/steps"
)

// pastable are the proofs by check, and what they are asked with.
func pastable(t *testing.T) (map[checks.ID]*checks.Proof, checks.Env) {
	t.Helper()
	s := checkstest.Site()
	s.Connector.Hosts = s.Connector.Hosts[:1]
	owner := fact.Account{DN: qlikAccount, SAM: "svc-qlik", Domain: "contoso.test", SID: "S-1-5-21-1-2-3-1104", EncTypes: 28}
	proofs := map[checks.ID]*checks.Proof{}
	for _, st := range steps.Order(steps.Ports{Resolver: plainNames{}}) {
		for _, c := range st.Checks {
			if c.Proof != nil {
				proofs[c.ID] = c.Proof
			}
		}
	}
	return proofs, checks.NewEnv(s, checkstest.Now, map[checks.ID]checks.Result{
		"spn.account": checks.Passed("", "").Provide(spn.FactAccount, owner),
	})
}

// plainNames is DNS without an alias.
type plainNames struct{}

func (plainNames) CanonicalName(_ context.Context, name string) (string, error) { return name, nil }

// TestSamples judges every sample as it came, and as it comes from where such
// texts go through: files, mails, chats, old windows and old code pages.
func TestSamples(t *testing.T) {
	proofs, env := pastable(t)
	for i, s := range samples() {
		t.Run(fmt.Sprintf("%s/%s/%d", s.id, s.language, i), func(t *testing.T) {
			text := s.text()
			command := proofs[s.id].Ask(env)[0].Command
			forms := map[string]string{
				"as it came":            text,
				"with what is around":   "Microsoft Windows [Version 10.0.20348.2849]\r\n(c) Microsoft Corporation.\r\n\r\nC:\\Users\\admin>" + command + "\r\n" + text + "\r\nC:\\Users\\admin>",
				"line feeds alone":      strings.ReplaceAll(text, "\r\n", "\n"),
				"carriage returns":      strings.ReplaceAll(text, "\r\n", "\r"),
				"UTF-16":                wide(text, binary.LittleEndian, "\xff\xfe"),
				"UTF-16, big end first": wide(text, binary.BigEndian, "\xfe\xff"),
				"UTF-8 with a mark":     "\ufeff" + text,
				"quoted by a mail":      "> " + strings.ReplaceAll(strings.TrimSuffix(text, "\r\n"), "\r\n", "\r\n> "),
				"indented by a chat":    "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\r\n"), "\r\n", "\r\n    "),
				"in a code page":        narrow(text),
				"with colours":          strings.ReplaceAll(text, "\r\n", "\x1b[0m\r\n\x1b[32;1m"),
				"with tabs":             strings.ReplaceAll(text, "        ", "\t"),
				"after another command": checkstest.Printed("WEB01", checkstest.Now().Add(-2*time.Hour), "x") + text,
				"a window of 80":        windowed(text, 80),
				"a window of 120":       windowed(text, 120),
			}
			for name, form := range forms {
				r, err := proofs[s.id].Judged(t.Context(), env, []string{form})
				if err != nil || r.Status != s.want || r.Cause != s.cause {
					t.Errorf("%s: %v, %s %s: %s\n%s", name, err, r.Status, r.Cause, r.Seen, form)
					continue
				}
				var convinced []string
				for _, e := range r.Evidence {
					if e.Name == checks.LineEvidence {
						convinced = append(convinced, e.Value)
					}
				}
				if !strings.Contains(strings.Join(convinced, "\n"), s.line) && !strings.HasPrefix(name, "a window") || r.Row(checks.HostRow) == "" {
					t.Errorf("%s: of %q, convinced by %q, want %q", name, r.Row(checks.HostRow), convinced, s.line)
				}
			}
		})
	}
}

// TestCutSamples cuts every sample at each of its lines, and in the middle of
// them, from both ends: what is left is refused.
func TestCutSamples(t *testing.T) {
	proofs, env := pastable(t)
	for _, s := range samples() {
		text := s.text()
		lines := strings.SplitAfter(text, "\n")
		end := strings.Index(text, "SENSEGATE-END")
		var cuts []string
		for i := range end {
			if i%7 == 0 || text[i] == '\n' {
				cuts = append(cuts, text[:i])
			}
		}
		for i := 1; i < len(lines); i++ {
			cuts = append(cuts, strings.Join(lines[i:], ""))
		}
		for _, cut := range cuts {
			if r, err := proofs[s.id].Judged(t.Context(), env, []string{cut}); err == nil {
				t.Errorf("%s, %s: %s is concluded from %q", s.id, s.language, r.Status, cut)
			}
		}
	}
}

// TestGapsInSamples takes all but the marks out of samples, from each line on,
// where something not being there is what counts: what is left is refused.
func TestGapsInSamples(t *testing.T) {
	proofs, env := pastable(t)
	for _, s := range samples() {
		switch s.id {
		case "spn.owner", "spn.unique", "spn.alias", "spn.forest", "connector.agents", "connector.services", "delegation.user", "site.qlik-host":
		default:
			continue
		}
		lines := strings.SplitAfter(s.text(), "\n")
		for from := range lines {
			gone := slices.Clone(lines[:from])
			for _, l := range lines[from:] {
				if strings.HasPrefix(l, "SENSEGATE-") {
					gone = append(gone, l)
				}
			}
			text := strings.Join(gone, "")
			if strings.Join(strings.Fields(text), " ") == strings.Join(strings.Fields(s.text()), " ") {
				continue // nothing but empty lines is missing
			}
			if r, err := proofs[s.id].Judged(t.Context(), env, []string{text}); err == nil && r.Status != checks.Unknown && (r.Cause == "" || r.Cause != s.cause) {
				t.Errorf("%s, %s: %s is concluded from %q", s.id, s.language, r.Status, text)
			}
		}
	}
}

// TestSamplesOfOthers gives every sample to every other check, and to its own
// with other names in it: none is taken.
func TestSamplesOfOthers(t *testing.T) {
	proofs, env := pastable(t)
	same := map[checks.ID]string{"site.qlik-host": "a node", "spn.runs": "a node", "spn.aes": "a ticket", "kerberos.ticket": "a ticket"}
	for _, s := range samples() {
		if s.language != "de" {
			continue
		}
		for id, p := range proofs {
			if id == s.id || same[id] != "" && same[id] == same[s.id] || strings.HasPrefix(string(id), "sso.") {
				continue
			}
			r, err := p.Judged(t.Context(), env, []string{s.text()})
			// What setspn says of a name may answer another question as well, and so
			// may what is shown of the same account.
			also := strings.Contains(s.body, "setspn") && strings.HasPrefix(string(id), "spn.") || strings.Contains(s.body, "Get-ADObject alice") && id == "sync.joined"
			if err == nil && !also {
				t.Errorf("%s of %s is taken for %s: %s", s.id, s.host, id, r.Status)
			}
		}
		for from, to := range map[string]string{
			" CONN01\r": " WEB01\r", " conn01\r": " WEB01\r", " QLIK01\r": " WEB01\r", "HTTP/sense.contoso.test": "HTTP/other.contoso.test", "HOST/sense.contoso.test": "HOST/other.contoso.test",
			"DC=contoso,": "DC=fabrikam,", "WAPCSvc": "Spooler", "computer:contoso.test": "computer:fabrikam.test", "sc_query:contoso.test": "sc_query:fabrikam.test",
			"AzureADPasswordProtectionProxy": "Spooler", "Get-ADObject alice": "Get-ADObject bob", "CONTOSO.TEST": "FABRIKAM.TEST",
		} {
			other := strings.ReplaceAll(s.text(), from, to)
			if other == s.text() {
				continue
			}
			if r, err := proofs[s.id].Judged(t.Context(), env, []string{other}); err == nil && r.Cause != "site.directory-other-domain" {
				t.Errorf("%s with %s for %s is taken: %s", s.id, to, from, r.Status)
			}
		}
	}
}

// TestOldSamples pastes what was printed too long ago, and what is older than
// another that has been pasted already.
func TestOldSamples(t *testing.T) {
	proofs, env := pastable(t)
	for _, s := range samples() {
		if s.language != "en" || s.want != checks.Pass {
			continue
		}
		old := checkstest.Printed(s.host, checkstest.Now().AddDate(0, 0, -30), s.body)
		if r, err := proofs[s.id].Judged(t.Context(), env, []string{old}); err == nil || !strings.Contains(err.Error(), "720h0m0s ago, and this site allows 168h0m0s") {
			t.Errorf("%s of last month: %v %s", s.id, err, r.Status)
		}
		before := checkstest.Printed(s.host, checkstest.Now().Add(-5*time.Hour), s.body)
		switch s.id {
		case "kerberos.ticket", "spn.aes", "site.clocks":
			continue // of those only the latest is looked at
		}
		if r, err := proofs[s.id].Judged(t.Context(), env, []string{s.text(), before}); err == nil || !strings.Contains(err.Error(), "later") {
			t.Errorf("%s of this morning after that of noon: %v %s", s.id, err, r.Status)
		}
		ahead := checkstest.Printed(s.host, checkstest.Now().Add(5*time.Hour), s.body)
		if r, err := proofs[s.id].Judged(t.Context(), env, []string{ahead}); err != nil || !r.Status.Opens() || r.At.After(checkstest.Now()) {
			if s.id == "site.clocks" && r.Cause == "site.clock-here" {
				continue // that is what it is for
			}
			t.Errorf("%s by a clock that is ahead: %v %s %s", s.id, err, r.Status, r.At)
		}
	}
}

func wide(s string, order binary.AppendByteOrder, mark string) string {
	out := []byte(mark)
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

// narrow is a text in a code page of one byte for each sign, which is no UTF-8.
func narrow(s string) string {
	var out []byte
	for _, r := range s {
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case r < 0x100:
			out = append(out, byte(r))
		default:
			out = append(out, 0x83, byte(0x40+r%0x3e)) // like Shift-JIS
		}
	}
	return string(out)
}

// windowed breaks lines where the window ends, as old consoles copy them.
func windowed(s string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		runes := []rune(strings.TrimRight(line, "\r\n"))
		for len(runes) > width {
			b.WriteString(string(runes[:width]) + "\r\n")
			runes = runes[width:]
		}
		b.WriteString(string(runes) + "\r\n")
	}
	return b.String()
}
