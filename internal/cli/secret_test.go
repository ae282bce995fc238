package cli

import "testing"

// TestSecretsOfTheEnvironment finds each password under the name that the
// manual gives it.
func TestSecretsOfTheEnvironment(t *testing.T) {
	t.Parallel()
	p := &program{Process: Process{Environ: []string{
		"SENSEGATE_DIRECTORY_PASSWORD=d", "SENSEGATE_KERBEROS_PASSWORD=k", "SENSEGATE_QLIK_PASSWORD=q", "SENSEGATE_ENTRA_SECRET=e",
		"SENSEGATE_CONNECTOR_PASSWORD=c", "SENSEGATE_CONNECTOR_PASSWORD_CONN_01=one", "SENSEGATE_HOME=/x",
	}}}
	for name, want := range map[string]string{
		"directory": "d", "kerberos": "k", "qlik": "q", "SENSEGATE_ENTRA_SECRET": "e", "connector:CONN-01$": "one", "connector:CONN02$": "c",
	} {
		if got, ok := p.secret(name); !ok || got != want {
			t.Errorf("%s is %q, %v", name, got, ok)
		}
	}
	if _, ok := p.secret("nobody"); ok {
		t.Error("a password that was never set is found")
	}
	if n := len(p.secretValues()); n != 6 {
		t.Errorf("%d secrets are kept out of reports", n)
	}
	for _, row := range variables() {
		if row[0] == "SENSEGATE_ENTRA_SECRET" {
			return
		}
	}
	t.Error("the manual does not name the secret of Entra")
}
