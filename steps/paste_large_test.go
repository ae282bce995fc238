package steps_test

import (
	"strings"
	"testing"
	"time"

	"sensegate/checks"
)

// TestLargeSamples puts thousands of lines that look like something into every
// kind of sample: what is judged is judged or refused in a time that grows with
// the paste, and no faster.
func TestLargeSamples(t *testing.T) {
	proofs, env := pastable(t)
	for _, line := range []string{
		"a line of a log with nothing in it, of CONTOSO\\alice and 12 others, that goes on for a while",
		"\tHTTP/some.other.name.contoso.test:8080", "CN=somebody,OU=Service Accounts,DC=contoso,DC=test", strings.Repeat("x", 80),
		"#1> Client: bob @ CONTOSO.TEST", "        alice @ CONTOSO.TEST", "HKEY_LOCAL_MACHINE\\SOFTWARE\\x", "    a, b,", "TYPE : 1 2",
	} {
		const size = 512 << 10
		noise := strings.Repeat(line+"\r\n", size/(len(line)+2))
		done := map[checks.ID]bool{}
		for _, s := range samples() {
			if s.language != "de" || s.want != checks.Pass || done[s.id] {
				continue
			}
			done[s.id] = true
			text := strings.Replace(s.text(), "SENSEGATE-END", noise+"SENSEGATE-END", 1)
			began := time.Now()
			_, err := proofs[s.id].Judged(t.Context(), env, []string{text})
			// A tenth of a second on a machine that does nothing else.
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%s with %q: %s (%v)", s.id, line, took, err)
			}
		}
	}
}
