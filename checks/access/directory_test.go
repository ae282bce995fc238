package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
)

// TestDirectoryRefusals names what each code of a refused sign-in stands for.
func TestDirectoryRefusals(t *testing.T) {
	for code, cause := range map[string]checks.CauseID{
		"strongerAuthRequired": "site.directory-signing", "confidentialityRequired": "site.directory-signing",
		"80090346": "site.directory-channel-binding", "57": "site.directory-channel-binding",
		"525": "site.directory-password", "52e": "site.directory-password", "KDC_ERR_PREAUTH_FAILED": "site.directory-password", "KDC_ERR_C_PRINCIPAL_UNKNOWN": "site.directory-password",
		"530": "site.directory-restricted", "531": "site.directory-restricted", "KDC_ERR_POLICY": "site.directory-restricted",
		"532": "site.directory-password-expired", "773": "site.directory-password-expired", "KDC_ERR_KEY_EXPIRED": "site.directory-password-expired",
		"533": "site.directory-account-disabled", "701": "site.directory-account-disabled", "KDC_ERR_NAME_EXP": "site.directory-account-disabled",
		"775": "site.directory-locked", "locked-out": "site.directory-locked", "lockout-near": "site.directory-locked",
		"KDC_ERR_CLIENT_REVOKED": "site.directory-account-revoked",
		"":                       "site.directory-refused", "inappropriateAuthentication": "site.directory-refused",
	} {
		w := healthy()
		w.fails["directory"] = refused(fact.NotSignedIn, code, "no")
		r := room(w).Ask(t, "site.directory", checkstest.Site(), nil)
		if r.Status != checks.Fail || r.Cause != cause {
			t.Errorf("%s: %s %s, want %s", code, r.Status, r.Cause, cause)
		}
	}
	// Who has no password of the domain was not refused, and may paste.
	nobody := healthy()
	nobody.fails["directory"] = refused(fact.NotSignedIn, "no-secret", "no")
	if r := room(nobody).Ask(t, "site.directory", checkstest.Site(), nil); r.Status != checks.Unknown || r.Reason != checks.NoRight {
		t.Errorf("nobody to sign in as: %s %s", r.Status, r.Cause)
	}
	w := healthy()
	w.fails["directory"] = refused(fact.Unreachable, "", "")
	if r := room(w).Ask(t, "site.directory", checkstest.Site(), nil); r.Status != checks.Unknown {
		t.Errorf("out of reach: %s %s", r.Status, r.Cause)
	}
}

// TestDirectoryByAnotherWay warns where the ordinary way in was refused.
func TestDirectoryByAnotherWay(t *testing.T) {
	w := healthy()
	w.root.Reached, w.root.Instead, w.root.InsteadText = "dc1:389 signed and sealed by Kerberos", "80090346", "data 80090346"
	r := room(w).Ask(t, "site.directory", checkstest.Site(), nil)
	if r.Status != checks.Warn || r.Cause != "site.directory-channel-binding" || !strings.Contains(text(r), "signed and sealed") {
		t.Errorf("%s %s: %s", r.Status, r.Cause, text(r))
	}
}

func text(r checks.Result) string {
	var b strings.Builder
	b.WriteString(r.Seen)
	for _, e := range r.Evidence {
		b.WriteString("\n" + e.Name + ": " + e.Value)
	}
	return b.String()
}

// watch is the directory's clock.
type watch struct {
	at  time.Time
	err error
}

func (w watch) DirectoryTime(context.Context) (time.Time, error) { return w.at, w.err }

// TestClocks compares three clocks with this machine's, and names the one that
// the others do not agree with.
func TestClocks(t *testing.T) {
	const far = 12 * time.Minute
	for _, tt := range []struct {
		name            string
		kdc, ldap, qlik time.Duration
		cause           checks.CauseID
		status          checks.Status
	}{
		{"agreed", time.Second, 2 * time.Second, -time.Second, "", checks.Pass},
		{"the domain controller", far, far, 0, "site.clock-skew", checks.Fail},
		{"a little", 2 * time.Minute, 2 * time.Minute, 0, "site.clock-skew", checks.Warn},
		{"this machine", far, far, far, "site.clock-here", checks.Fail},
		{"this machine, ahead", -far, -far, -far, "site.clock-here", checks.Fail},
		{"the Qlik server", 0, 0, -far, "site.clock-qlik", checks.Fail},
		{"the directory alone", 0, far, 0, "site.clock-directory", checks.Fail},
		{"the KDC alone", far, 0, 0, "site.clock-skew", checks.Fail},
		{"the KDC, and here", far, 0, far, "site.clock-directory", checks.Fail},
		{"all different, Qlik the most", 3 * time.Minute, 3 * time.Minute, -far, "site.clock-qlik", checks.Fail},
		{"apart from each other more than from here", 4 * time.Minute, 4 * time.Minute, -4 * time.Minute, "site.clock-skew", checks.Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := healthy()
			now := checkstest.Now()
			w.kdc, w.date = now.Add(tt.kdc), now.Add(tt.qlik)
			ports := access.Ports{KDC: w, Front: w, Times: watch{at: now.Add(tt.ldap)}}
			r := checkstest.Room{Checks: access.Checks(ports), Causes: access.Causes()}.Ask(t, "site.clocks", checkstest.Site(), nil)
			if r.Status != tt.status || r.Cause != tt.cause {
				t.Errorf("%s %s: %s", r.Status, r.Cause, text(r))
			}
			for _, row := range []string{"KDC: ", "directory (currentTime): ", "Qlik server: ", "this machine: "} {
				if !strings.Contains(text(r), row) {
					t.Errorf("no row %q in %s", row, text(r))
				}
			}
		})
	}
	w := healthy()
	ports := access.Ports{KDC: w, Front: w, Times: watch{err: errors.New("closed")}}
	r := checkstest.Room{Checks: access.Checks(ports), Causes: access.Causes()}.Ask(t, "site.clocks", checkstest.Site(), nil)
	if r.Status != checks.Pass || !strings.Contains(text(r), "could not be asked: closed") {
		t.Errorf("%s: %s", r.Status, text(r))
	}
}
