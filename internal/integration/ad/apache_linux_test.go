package ad_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sensegate/internal/lab/pki"
)

// keytab exports the keys of an account or service from the domain.
func (d *dc) keytab(t *testing.T, principal string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keytab")
	d.must(t, "", "samba-tool", "domain", "exportkeytab", file, "--principal="+principal, "-s", d.path("etc", "smb.conf"))
	return file
}

// front is an Apache that speaks for Qlik on port 443 of the namespace.
type front struct {
	dir string
	// scheme is what mod_auth_gssapi accepts: krb5 or ntlmssp.
	mech string
	// header is added to every refusal, to offer what the module does not.
	header string
}

// startApache runs it with the service's key; the pages that a visit asks for
// answer with the name of who signed in.
func startApache(t *testing.T, ca *pki.CA, keytab string, f front) {
	t.Helper()
	dir, err := os.MkdirTemp(os.Getenv(inside), "apache") //nolint:usetesting // it has to be inside the folder that others may read
	if err != nil {
		t.Fatal(err)
	}
	f.dir = dir
	// Apache's workers are somebody else, and read all this.
	for _, p := range []string{os.Getenv(inside), dir} {
		if err := os.Chmod(p, 0o755); err != nil { //nolint:gosec // as in /srv
			t.Fatal(err)
		}
	}
	server, err := ca.Server(webHost)
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := pki.Encode(server)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := os.ReadFile(keytab)
	if err != nil {
		t.Fatal(err)
	}
	user := `{"session":"one","userDirectory":"` + netbios + `","userId":"<!--#echo encoding="none" var="REMOTE_USER" -->"}`
	for name, content := range map[string]string{
		"cert.pem": string(cert), "key.pem": string(key), "keytab": string(keys), "httpd.conf": f.config(),
		"krb5.conf": "[libdefaults]\n default_realm = " + realmName + "\n rdns = false\n dns_canonicalize_hostname = false\n" +
			// Whose ticket names a principal name is the same person.
			"[realms]\n " + realmName + " = {\n  auth_to_local = RULE:[1:$1](.*@.*)s/@.*//\n  auth_to_local = DEFAULT\n }\n",
		"ntlm":               netbios + ":" + alice + ":" + secretOf(alice) + "\n",
		"www/hub/index.html": "<title>Hub</title>", "www/qps/user": user,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // as in /srv
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil { //nolint:gosec // as in /srv
			t.Fatal(err)
		}
	}
	log, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("apache2", "-D", "FOREGROUND", "-f", filepath.Join(dir, "httpd.conf")) //nolint:gosec // ended by the cleanup
	cmd.Env = append(os.Environ(), "KRB5_CONFIG="+filepath.Join(dir, "krb5.conf"), "NTLM_USER_FILE="+filepath.Join(dir, "ntlm"))
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			for _, name := range []string{"out", "error.log"} {
				if out, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
					t.Logf("apache's %s:\n%s", name, tail(string(out), 20))
				}
			}
		}
	})
	deadline := time.Now().Add(20 * time.Second)
	for {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", "127.0.0.1:443")
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("apache does not listen")
		}
		pause(t.Context(), 30*time.Millisecond)
	}
}

func (f front) config() string {
	mech := f.mech
	if mech == "" {
		mech = "krb5"
	}
	var loads strings.Builder
	for _, m := range []string{
		"mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "include", "headers",
		"session", "session_cookie", "request", "ssl", "socache_shmcb", "auth_gssapi",
	} {
		fmt.Fprintf(&loads, "LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", m, m)
	}
	return loads.String() + `
User www-data
Group www-data
ServerName ` + webHost + `
ServerRoot ` + f.dir + `
PidFile ` + f.dir + `/pid
ErrorLog ` + f.dir + `/error.log
LogLevel info auth_gssapi:debug
DefaultRuntimeDir ` + f.dir + `
StartServers 1
Listen 127.0.0.1:443
DocumentRoot ` + f.dir + `/www
DirectoryIndex index.html
TypesConfig /dev/null
SSLEngine on
SSLCertificateFile ` + f.dir + `/cert.pem
SSLCertificateKeyFile ` + f.dir + `/key.pem
` + f.header + `
<Directory ` + f.dir + `/www>
  AuthType GSSAPI
  AuthName Qlik
  GssapiCredStore keytab:` + f.dir + `/keytab
  GssapiAllowedMech ` + mech + `
  GssapiLocalName On
  GssapiUseSessions On
  Session On
  SessionCookieName X-Qlik-Session path=/;httponly;secure
  Require valid-user
  Options +Includes
</Directory>
<Location /qps/user>
  ForceType application/json
  SetOutputFilter INCLUDES
</Location>
`
}
